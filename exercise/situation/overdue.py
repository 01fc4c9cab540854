"""The overdue queue before it is decided: what each choice would send, when, and beside what.

Nothing is changed here; ``conduct.decide_overdue`` does what was chosen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from exercise.models import Exercise, Inject, InjectState, OverduePolicy
from scenarios.calendar import MINUTE_US, SECOND_US
from units.models import Unit

TOGETHER_US = 2 * MINUTE_US
"""Two injects for one unit within this much exercise time get in each other's way."""
NATURAL_RATE = 1000
DECISIONS = ("release", "space", "hold", "skip")


@dataclass(frozen=True, slots=True)
class Beside:
    """An inject that is due anyway, at about the same time and for the same unit."""

    inject: Inject
    units: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One inject of the queue as a choice would send it; without a moment where it would not go."""

    inject: Inject
    units: str
    at_us: int | None = None
    at_wall_us: int | None = None
    """Were the clock running from now on, planned stand-downs included."""
    beside: tuple[Beside, ...] = ()

    @property
    def ack_due_us(self) -> int | None:
        return self._after(self.inject.acknowledge_within_s)

    @property
    def complete_due_us(self) -> int | None:
        return self._after(self.inject.complete_within_s)

    def _after(self, within_s: int | None) -> int | None:
        if self.at_us is None or not within_s:
            return None
        return self.at_us + within_s * SECOND_US


@dataclass(frozen=True, slots=True)
class Crowd:
    """The unit to which most would come at about one time."""

    unit: str
    count: int


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to decide, with what would come of it."""

    decision: str
    outgoing: tuple[Outgoing, ...]
    crowd: Crowd | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """An inject of the queue as it stands."""

    inject: Inject
    units: str
    chosen: bool


@dataclass(frozen=True)
class Decision:
    """The page: the queue, and each choice for those chosen of it."""

    queue: tuple[Waiting, ...]
    choices: tuple[Choice, ...]
    spacing_min: int
    proposed: str

    @property
    def chosen(self) -> list[Inject]:
        return [one.inject for one in self.queue if one.chosen]


def decision(
    exercise: Exercise,
    *,
    now_wall_us: int,
    spacing_min: int | None = None,
    wanted: str = "",
    ids: Collection[int] | None = None,
) -> Decision:
    """The queue and what each choice would do, in five queries whatever their number.

    Args:
        spacing_min: exercise minutes between two; else as the exercise's policy says.
        wanted: the choice that is marked; else the policy's proposal.
        ids: those of the queue the choice is for; ``None``: all.
    """
    view = _View(exercise, now_wall_us)
    spacing = spacing_min or minutes_of(exercise.overdue_spacing_s)
    chosen = [one for one in view.queue if ids is None or one.pk in ids]
    return Decision(
        queue=tuple(Waiting(one, view.names(one), one in chosen) for one in view.queue),
        choices=tuple(view.choice(name, chosen, spacing) for name in DECISIONS),
        spacing_min=spacing,
        proposed=wanted if wanted in DECISIONS else str(OverduePolicy(exercise.overdue_policy)),
    )


def minutes_of(spacing_s: int) -> int:
    """A spacing as it is asked for: whole minutes, and one at least."""
    return max(1, -(-spacing_s // 60))


class _View:
    """The injects that are scheduled, with their units."""

    def __init__(self, exercise: Exercise, now_wall_us: int) -> None:
        self.exercise, self.now_wall_us = exercise, now_wall_us
        self.position_us = exercise.clock.position_us(now_wall_us)
        found = list(
            Inject.objects.filter(
                exercise=exercise, state=InjectState.SCHEDULED, due_us__isnull=False
            )
            .defer("content", "expected_actions")
            .order_by("due_us", "sort_key")
        )
        self.queue = [one for one in found if one.overdue_wall_us is not None]
        self.others = [one for one in found if one.overdue_wall_us is None]
        postures = exercise.postures.select_related("unit")
        self.units: dict[int, Unit] = {row.unit_id: row.unit for row in postures}
        self.to: dict[int, set[int]] = defaultdict(set)
        links = Inject.addressees.through.objects.filter(
            inject__exercise=exercise, inject__state=InjectState.SCHEDULED
        )
        for inject_id, unit_id in links.values_list("inject_id", "unit_id"):
            self.to[inject_id].add(unit_id)

    def names(self, inject: Inject, among: set[int] | None = None) -> str:
        """Its units, or those of them that are named, in the order of the console."""
        ids = self.to[inject.pk] if among is None else among
        return ", ".join(str(unit) for pk, unit in self.units.items() if pk in ids)

    def choice(self, name: str, chosen: Sequence[Inject], spacing_min: int) -> Choice:
        if name not in ("release", "space"):
            return Choice(name, tuple(Outgoing(one, self.names(one)) for one in chosen))
        step_us = spacing_min * MINUTE_US if name == "space" else 0
        moments = [(one, self.position_us + place * step_us) for place, one in enumerate(chosen)]
        outgoing = tuple(self._sent(one, at_us) for one, at_us in moments)
        return Choice(name, outgoing, self._crowd(moments))

    def _sent(self, inject: Inject, at_us: int) -> Outgoing:
        beside = [
            Beside(other, self.names(other, shared))
            for other in self.others
            if abs((other.due_us or 0) - at_us) <= TOGETHER_US
            and (shared := self.to[other.pk] & self.to[inject.pk])
        ]
        return Outgoing(inject, self.names(inject), at_us, self.wall_us(at_us), tuple(beside))

    def wall_us(self, at_us: int) -> int:
        """When it is so late on the exercise clock, were it to run on from now without a change."""
        ahead_us = (at_us - self.position_us) * 1000 // self.exercise.rate_permille
        if self.exercise.rate_permille == NATURAL_RATE:
            ahead_us += sum(
                length
                for place, length in self.exercise.calendar.breaks
                if self.position_us < place < at_us
            )
        return self.now_wall_us + ahead_us

    def _crowd(self, moments: Sequence[tuple[Inject, int]]) -> Crowd | None:
        """Where most come together, what is due anyway included; nobody where none do."""
        coming: dict[int, list[int]] = defaultdict(list)
        due = [(one, one.due_us or 0) for one in self.others]
        for inject, at_us in [*moments, *due]:
            for unit_id in self.to[inject.pk]:
                coming[unit_id].append(at_us)
        sent = {at_us for _inject, at_us in moments}
        worst = Crowd("", 1)
        for pk, unit in self.units.items():
            for at_us in sent.intersection(coming[pk]):
                count = sum(at_us <= other <= at_us + TOGETHER_US for other in coming[pk])
                if count > worst.count:
                    worst = Crowd(str(unit), count)
        return worst if worst.count > 1 else None
