"""How times are spelled in the team's own files, in any habit. Pure.

``read`` and ``read_span`` read one cell in a habit, ``infer`` finds the habit of a column and
tells where it is open, ``resolve`` places what was read in the calendar of a drill.
"""

from __future__ import annotations

from scenarios.intake.times.habits import HABITS, Habit
from scenarios.intake.times.inference import Inferred, infer
from scenarios.intake.times.placing import Days, days_of, resolve
from scenarios.intake.times.reading import read, read_span
from scenarios.intake.times.spelled import BadTime, OfDay, Offset, OnDate, OnDay, Spelled

__all__ = (
    "HABITS",
    "BadTime",
    "Days",
    "Habit",
    "Inferred",
    "OfDay",
    "Offset",
    "OnDate",
    "OnDay",
    "Spelled",
    "days_of",
    "infer",
    "read",
    "read_span",
    "resolve",
)
