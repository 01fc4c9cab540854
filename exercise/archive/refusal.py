"""Why a backup, a restore or a move is not done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import Error


class CannotGoOn(Exception):
    """Nothing was changed; says what is in the way and what would make it possible."""

    def __init__(self, sentence: str, remedy: str = "") -> None:
        super().__init__(f"{sentence}\n{remedy}".strip())
        self.sentence = sentence
        self.remedy = remedy


@contextmanager
def database_in_words() -> Iterator[None]:
    """Say of a database that does not do what it is asked what it says of itself."""
    try:
        yield
    except Error as problem:
        raise CannotGoOn(f"The database: {str(problem).strip()}") from problem
