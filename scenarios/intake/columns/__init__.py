"""What the columns of a team's own sheet mean, and which of its rows hold injects. Pure."""

from __future__ import annotations

from scenarios.intake.columns.guessing import best_sheet, guess, habits_of, infer_habit, signature
from scenarios.intake.columns.rows import Section, data_rows, sections
from scenarios.intake.columns.words import header_key

__all__ = (
    "Section",
    "best_sheet",
    "data_rows",
    "guess",
    "habits_of",
    "header_key",
    "infer_habit",
    "sections",
    "signature",
)
