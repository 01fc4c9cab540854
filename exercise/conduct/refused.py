"""How a command says no."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise


class Refused(Exception):
    """A command that a person can cause to fail was not carried out; nothing changed.

    Attributes:
        code: stable word for machines and tests, such as ``gate_closed``.
        sentence: what happened, for the reader, translated when shown.
        remedy: what would make it possible; may be empty.
    """

    def __init__(
        self, code: str, sentence: str | Promise, remedy: str | Promise = "", *, details: Any = ()
    ) -> None:
        super().__init__(code)
        self.code = code
        self.sentence = sentence
        self.remedy = remedy
        self.details: tuple[str | Promise, ...] = tuple(details)

    def __str__(self) -> str:
        return " ".join(str(part) for part in (self.sentence, *self.details, self.remedy) if part)
