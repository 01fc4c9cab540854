"""How long a unit takes over what. Every answer comes from the seed and the names of things.

No generator is shared: each moment is drawn from a generator of its own, so that it does not
depend on the order in which things happen.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random

from exercise.models import Tasking
from scenarios.calendar import MINUTE_US

ACKNOWLEDGE_WITHIN_US = 10 * MINUTE_US
"""What a unit takes as the limit where the inject names none."""
PUNCTUAL_MOST = 0.75
"""Part of a limit beyond which only late units go; the rest is room for a slow machine."""
LATE_SHARE = 0.4
"""How many of a late unit's limits it exceeds."""


@dataclass(frozen=True, slots=True)
class Plan:
    """When a unit does what about one tasking, in play time."""

    open_us: int
    acknowledge_us: int
    start_us: int
    interim_us: int
    report_us: int
    complete_us: int


@dataclass(frozen=True, slots=True)
class Habits:
    """The ways of all who play in one run.

    Attributes:
        seed: the same seed, the same acts.
        late_units: codes of the units that exceed some of their limits.
    """

    seed: int
    late_units: frozenset[str] = frozenset()

    def draw(self, *names: object) -> Random:
        """The generator for one question, named by what it is about."""
        return Random("|".join(str(name) for name in (self.seed, *names)))

    def chance(self, portion: float, *names: object) -> bool:
        """Whether something that happens in this portion of cases happens here."""
        return self.draw(*names).random() < portion

    def minutes(self, least: float, most: float, *names: object) -> int:
        """Some exercise minutes in play µs."""
        return round(self.draw(*names).uniform(least, most) * MINUTE_US)

    def plan(self, tasking: Tasking, unit: str, number: str) -> Plan:
        """The unit's moments for a tasking, counted from its delivery and its limits."""
        pace = self._pace(unit)
        delivered = tasking.delivered_us
        acknowledge = self._within(
            tasking.ack_due_us, delivered, 0.3 * pace, unit, number, "acknowledge"
        )
        opened = delivered + round(
            (acknowledge - delivered) * self.draw(unit, number, "open").uniform(0.3, 0.8)
        )
        complete = acknowledge
        if tasking.complete_due_us is not None:
            complete = self._within(
                tasking.complete_due_us, delivered, 0.45 * pace, unit, number, "complete"
            )
            # One who read it late does not finish before he can have worked on it.
            complete = max(complete, acknowledge + (complete - delivered) // 4)
        work = complete - acknowledge
        return Plan(
            open_us=opened,
            acknowledge_us=acknowledge,
            start_us=acknowledge + work // 8,
            interim_us=acknowledge + work // 2,
            report_us=acknowledge + work * 9 // 10,
            complete_us=complete,
        )

    def _pace(self, unit: str) -> float:
        """How slow this unit is as a whole: 1 is usual."""
        return self.draw(unit, "pace").uniform(0.8, 1.25)

    def _within(
        self, due_us: int | None, delivered_us: int, usual: float, unit: str, *names: object
    ) -> int:
        limit = ACKNOWLEDGE_WITHIN_US if due_us is None else due_us - delivered_us
        if unit in self.late_units and self.chance(LATE_SHARE, unit, *names, "late"):
            portion = self.draw(unit, *names, "by").uniform(1.1, 1.5)
        else:
            # Log-normal: most are near the usual, few take very long, nobody takes no time.
            portion = min(usual * math.exp(self.draw(unit, *names).gauss(0.0, 0.45)), PUNCTUAL_MOST)
        return delivered_us + round(limit * portion)
