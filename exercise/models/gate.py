"""The gate at the end of a phase: what must hold before the next may begin, each line with what is
missing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from exercise.models.exercise import Exercise, ExercisePhase
from exercise.models.inject import PENDING, Inject, InjectState
from exercise.models.posture import CONFIRMED, PHASE_OF, Posture, PostureState
from exercise.models.state import Sentence
from exercise.models.tasking import Tasking
from units.text import Text, TextPairField


class GateCondition(models.Model):
    """A condition of the scenario: these injects have been carried out."""

    phase = models.ForeignKey(ExercisePhase, on_delete=models.PROTECT, related_name="conditions")
    code = models.CharField(max_length=20)
    title = TextPairField()
    order = models.PositiveSmallIntegerField(default=0)
    after = models.ManyToManyField(Inject, related_name="conditions")

    class Meta:
        ordering = ("order", "pk")

    def __str__(self) -> str:
        return str(self.title)


NAMED_UNITS = 4
"""With more units missing than this, their number says more than their names."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One line of the gate: met (since ``met_us`` of play, if known), or what is missing and
    who.
    """

    code: str
    title: Sentence | Text
    missing: Sentence
    met_us: int | None = None
    inject_numbers: tuple[str, ...] = ()
    unit_codes: tuple[str, ...] = ()

    @property
    def met(self) -> bool:
        return not self.missing


@dataclass(frozen=True, slots=True)
class Gate:
    """The gate of the phase being played."""

    phase: ExercisePhase | None
    conditions: tuple[Condition, ...]

    @property
    def unmet(self) -> list[Condition]:
        return [condition for condition in self.conditions if not condition.met]

    @property
    def met_count(self) -> int:
        return len(self.conditions) - len(self.unmet)

    @property
    def open(self) -> bool:
        return not self.unmet


def gate_of(exercise: Exercise) -> Gate:
    """The gate as it stands now, read from the database in four queries."""
    phase = exercise.current
    if phase is None:
        return Gate(None, ())
    by_inject: dict[int, list[Tasking]] = defaultdict(list)
    for tasking in exercise.taskings.select_related("unit"):
        by_inject[tasking.inject_id].append(tasking)
    return gate_from(
        phase,
        rows=list(phase.conditions.prefetch_related("after")),
        postures=list(exercise.postures.select_related("unit")),
        injects=list(exercise.injects.all()),
        by_inject=by_inject,
    )


def gate_from(
    phase: ExercisePhase,
    *,
    rows: Sequence[GateCondition],
    postures: Sequence[Posture],
    injects: Sequence[Inject],
    by_inject: Mapping[int, Sequence[Tasking]],
) -> Gate:
    """The gate from rows already at hand: the scenario's conditions, the units, the mandatory
    work.
    """
    current = {inject.pk: inject for inject in injects}
    own = tuple(_scenario_condition(row, current, by_inject) for row in rows)
    work = [inject for inject in injects if inject.mandatory and inject.phase == phase.phase]
    return Gate(phase, (*own, _units_confirmed(phase, postures), _mandatory_work(work, by_inject)))


def _scenario_condition(
    row: GateCondition, current: dict[int, Inject], by_inject: Mapping[int, Sequence[Tasking]]
) -> Condition:
    waiting: list[str] = []
    moments: list[int] = []
    for inject in sorted((current[one.pk] for one in row.after.all()), key=_by_number):
        if inject.state == InjectState.SKIPPED:
            continue
        taskings = by_inject[inject.pk]
        if inject.state in PENDING or any(tasking.open for tasking in taskings):
            waiting.append(inject.number)
        moments += [t.completed_us or t.acknowledged_us or t.delivered_us for t in taskings]
    return Condition(
        code=row.code,
        title=row.title,
        missing=_("chờ %(numbers)s") % {"numbers": ", ".join(waiting)} if waiting else "",
        met_us=max(moments, default=None),
        inject_numbers=tuple(waiting),
    )


def _by_number(inject: Inject) -> str:
    return inject.sort_key


def _units_confirmed(phase: ExercisePhase, postures: Sequence[Posture]) -> Condition:
    order = list(PostureState)
    (reached,) = (state for state in CONFIRMED if PHASE_OF[state] == phase.phase)
    there = [
        one for one in postures if order.index(PostureState(one.state)) >= order.index(reached)
    ]
    waiting = [one.unit.code for one in postures if one not in there]
    return Condition(
        code="units",
        title=_("Mọi đơn vị đã được xác nhận"),
        missing=_waiting_units(waiting) if waiting else "",
        met_us=max((one.since_us for one in there), default=None),
        unit_codes=tuple(waiting),
    )


def _waiting_units(codes: Sequence[str]) -> str:
    said = ngettext("còn %(count)d đơn vị", "còn %(count)d đơn vị", len(codes)) % {
        "count": len(codes)
    }
    return f"{said}: {', '.join(codes)}" if len(codes) <= NAMED_UNITS else said


def _mandatory_work(
    work: Sequence[Inject], by_inject: Mapping[int, Sequence[Tasking]]
) -> Condition:
    """Open mandatory taskings, and mandatory injects still to come (standby ones may never
    come).
    """
    to_come = [one.number for one in work if one.state in (InjectState.SCHEDULED, InjectState.HELD)]
    at_work = [
        (inject.number, tasking.unit.code)
        for inject in sorted(work, key=_by_number)
        for tasking in by_inject[inject.pk]
        if tasking.open
    ]
    parts = []
    if at_work:
        parts.append(
            ngettext("%(count)d việc chưa xong", "%(count)d việc chưa xong", len(at_work))
            % {"count": len(at_work)}
        )
    if to_come:
        parts.append(
            ngettext("%(count)d tin chưa phát", "%(count)d tin chưa phát", len(to_come))
            % {"count": len(to_come)}
        )
    return Condition(
        code="mandatory",
        title=_("Không còn việc bắt buộc"),
        missing=", ".join(parts),
        inject_numbers=tuple(dict.fromkeys([*(number for number, _code in at_work), *to_come])),
        unit_codes=tuple(dict.fromkeys(code for _number, code in at_work)),
    )


__all__ = ["Condition", "Gate", "GateCondition", "gate_from", "gate_of"]
