"""What people wrote and signed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Run(NamedTuple):
    """A piece of a paragraph; with ``seq`` it stands for that moment of the replay."""

    text: str
    seq: int | None


@dataclass(frozen=True, slots=True)
class ChapterText:
    """One chapter of the narrative; ``paragraphs`` is empty where nothing was written."""

    chapter: str
    title: str
    paragraphs: tuple[tuple[Run, ...], ...]


@dataclass(frozen=True, slots=True)
class Narrative:
    """The version of the report that this is.

    Attributes:
        number: 0 where nobody has begun to write.
        warning: empty; or the sentence that a signed version was not left as it was signed.
        notice: what happened to the journal after the signature, which the report does not count.
        signed_head, content_hash: hashes of the journal and of the version, as signed.
        author: who wrote last.
    """

    number: int
    state: str
    state_label: str
    chapters: tuple[ChapterText, ...]
    author: str
    reviewer: str
    signer: str
    warning: str
    notice: str
    signed_seq: int | None
    signed_head: str
    content_hash: str
    written_wall_us: int | None
    reviewed_wall_us: int | None
    signed_wall_us: int | None
