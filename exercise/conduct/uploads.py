"""Files that come with a command: what the screens have checked, how it is kept, how the journal
names it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from exercise.conduct.base import Conduct
from exercise.models import Attachment, FindingFile


@dataclass(frozen=True, slots=True)
class Upload:
    """A file already checked for size and type."""

    name: str
    content_type: str
    sha256: str
    content: bytes


def keep(
    conduct: Conduct, files: Sequence[Upload], kind: type[Attachment | FindingFile], **of: Any
) -> list[dict[str, str]]:
    """Save each file in a row of its own, and return what the journal says of them.

    Args:
        kind: the model of the rows.
        of: what the files belong to, by the row's field.

    Raises:
        Refused: ``no_room``; what was saved before goes away with the command.
    """
    for upload in files:
        row = kind(
            name=upload.name[:200],
            content_type=upload.content_type,
            size=len(upload.content),
            sha256=upload.sha256,
            **of,
        )
        conduct.keep_file(row.file, upload.name, upload.content)
        row.save()
    return [{"name": upload.name[:200], "sha256": upload.sha256} for upload in files]
