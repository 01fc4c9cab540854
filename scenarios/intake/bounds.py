"""What an inject can hold at most, and how a row is made to fit. Pure.

The limits are those of ``scenarios.editing.cleaning``: what is let through here can be written.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

LONGEST_TITLE = 160
LONGEST_TEXT = 20_000
MOST_ITEMS = 200
_FIRST_SENTENCE = re.compile(r"^(.{12,}?[.!?…])(?:\s|$)", re.S)
_MARK = re.compile(r"^\s*(?:[-–•*+]|\d{1,2}[.)])\s+")


def headline(content: str) -> str:
    """The first sentence or line, as a title."""
    line = content.split("\n", 1)[0].strip()
    found = _FIRST_SENTENCE.match(line)
    words = found.group(1) if found and len(found.group(1)) <= LONGEST_TITLE else line
    return words if len(words) <= LONGEST_TITLE else f"{words[: LONGEST_TITLE - 1].rstrip()}…"


def lines_of(cell: str) -> list[str]:
    """The items of a cell: its lines, without the marks and numbers of a list."""
    lines = (_MARK.sub("", line).strip() for line in cell.split("\n"))
    return [line for line in lines if line]


def bounded_notes(notes: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Notes of a length that can be kept; from the last place on they share one."""
    kept = list(notes[:MOST_ITEMS])
    if more := notes[MOST_ITEMS - 1 :][1:]:
        name, words = kept.pop()
        shared = [words, *(f"{about}: {said}" for about, said in more)]
        kept.append((name, "\n".join(shared)))
    return [(name[:LONGEST_TEXT], words[:LONGEST_TEXT]) for name, words in kept]
