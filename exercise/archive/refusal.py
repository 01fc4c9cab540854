"""Why a backup, a restore or a move is not done."""

from __future__ import annotations


class CannotGoOn(Exception):
    """Nothing was changed; says what is in the way and what would make it possible."""

    def __init__(self, sentence: str, remedy: str = "") -> None:
        super().__init__(f"{sentence}\n{remedy}".strip())
        self.sentence = sentence
        self.remedy = remedy
