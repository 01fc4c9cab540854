"""What drills under faults showed: which failed and how, and how late releases came. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from tests.chaos.faults import DATABASES

Drill = dict[str, Any]
"""One drill as `rehearse.py` notes it, or what became of one that was broken off."""

ONE_PROCESS = (
    "kill web",
    "kill worker",
    "kill worker in a task",
    "kill beat",
    "kill broker",
    "kill supervisor",
)
"""The faults that kill any one process."""
LATE_MS = 3000
"""How late a release may be after that."""
HELD_FROM_MS = 5000
"""An inject that is later does not go out by itself: it is held for the director."""
LONG = 200
COUNTED = (("lost", "lost"), ("doubled", "released twice"), ("reloads", "reloads of a page"))


def ended(drills: Sequence[Drill]) -> list[Drill]:
    """Those that came to their end."""
    return [drill for drill in drills if "broken_off" not in drill]


def failures(drill: Drill) -> list[str]:
    """What went wrong in a drill, each in words; nothing where all is as it must be."""
    if "broken_off" in drill:
        return [f"did not come to its end: {_short(drill['broken_off'])}"]
    said = [f"{drill[key]} {words}" for key, words in COUNTED if drill[key]]
    if not drill["chain_verified"]:
        said.append("the journal's chain does not verify")
    if drill["replay_differs"]:
        said.append(f"the replay differs: {_short('; '.join(map(str, drill['replay_differs'])))}")
    for viewer, parts in drill["pages_differ"].items():
        names = ", ".join(dict.fromkeys(str(part).partition(":")[0] for part in parts))
        said.append(f"the page of {viewer} is not what it is when loaded anew ({names})")
    for status, times in drill.get("server_errors", {}).items():
        said.append(f"{times} answers with status {status}")
    return [*said, *(_short(problem) for problem in drill.get("problems", ()))]


def named(drill: Drill) -> str:
    """The drill in a few words."""
    return f"{drill['fault']}, {drill['database']}, seed {drill['seed']}"


def held(drills: Sequence[Drill]) -> int:
    """How many times injects were held as overdue."""
    return sum(drill.get("held_as_overdue", 0) for drill in drills)


def latest_of_all_ms(drills: Sequence[Drill]) -> int | None:
    """With those that were held; ``None`` where a drill did not note it."""
    noted = [drill.get("latest_of_all_ms") for drill in drills]
    known = [late for late in noted if late is not None]
    return max(known) if known and len(known) == len(noted) else None


@dataclass(frozen=True)
class Lateness:
    """The latest release after one process was killed, on one database.

    Attributes:
        measured: wall ms in words; where held injects were not timed, that it was more than what
            holds them.
        first_s, later_s: median recovery, in wall seconds, of each drill's first strike and of
            those after it.
    """

    fault: str
    database: str
    measured: str
    met: bool
    first_s: float
    later_s: float | None


def lateness(drills: Sequence[Drill]) -> list[Lateness]:
    """What the budget of lateness is held against, for each fault that kills one process."""
    found = []
    for fault in ONE_PROCESS:
        for database in DATABASES:
            mine = [one for one in drills if (one["fault"], one["database"]) == (fault, database)]
            if mine := [drill for drill in ended(mine) if drill["strikes"]]:
                found.append(_lateness(fault, database, mine))
    return found


def _lateness(fault: str, database: str, drills: Sequence[Drill]) -> Lateness:
    late_ms = latest_of_all_ms(drills)
    if late_ms is None and held(drills):
        measured, met = f"more than {HELD_FROM_MS:,}", False
    else:
        known_ms = max(drill["latest_ms"] for drill in drills) if late_ms is None else late_ms
        measured, met = f"{known_ms:,}", known_ms <= LATE_MS
    later = [blow["recovery_s"] for drill in drills for blow in drill["strikes"][1:]]
    first = median(drill["strikes"][0]["recovery_s"] for drill in drills)
    return Lateness(fault, database, measured, met, first, median(later) if later else None)


def _short(words: str) -> str:
    one_line = " ".join(words.split())
    return one_line if len(one_line) <= LONG else one_line[: LONG - 1] + "…"
