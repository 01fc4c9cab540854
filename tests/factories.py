"""Drills for tests: small scenarios, exercises made of them, people in every role."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from exercise import clock, conduct
from exercise.conduct import Actor, create_exercise
from exercise.models import Exercise, Inject, Participant, Posture, Tasking
from scenarios.models import (
    MselEntry,
    Participation,
    Person,
    PhaseCondition,
    PhasePlan,
    Scenario,
    StandDown,
    Status,
    sort_key,
)
from units.models import Unit, User

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
T0 = 1_767_225_600 * SECOND  # a wall moment: 2026-01-01 00:00 UTC
ZERO = datetime(2023, 10, 10, 7, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
_serial = count(1)


@contextmanager
def refuses(code: str) -> Iterator[Any]:
    """The block is refused with this machine code; gives pytest's exception info."""
    with pytest.raises(conduct.Refused) as caught:
        yield caught
    assert caught.value.code == code


PHASES = (("transition", 0, 4), ("preparation", 4, 8), ("execution", 8, 12))


@dataclass
class Drill:
    """An exercise with its people at hand, and a wall clock of its own."""

    exercise: Exercise
    now: int = T0

    # ── people ──────────────────────────────────────────────────────────────────────────────
    def participant(self, role: str, unit: str | None = None) -> Participant:
        found = Participant.objects.select_related("user", "unit").filter(
            exercise=self.exercise, role=role
        )
        if unit:
            found = found.filter(unit__code=unit)
        return found.order_by("pk")[0]

    def user(self, role: str, unit: str | None = None) -> User:
        return self.participant(role, unit).user

    def actor(self, role: str, unit: str | None = None) -> Actor:
        return Actor.of(self.participant(role, unit))

    @property
    def director(self) -> Actor:
        return self.actor("director")

    # ── time and commands ───────────────────────────────────────────────────────────────────
    def later(self, minutes: float = 0, *, seconds: float = 0) -> Drill:
        """Let wall time pass (at ×1 the same exercise time)."""
        self.now += round(minutes * MINUTE + seconds * SECOND)
        return self

    @contextmanager
    def at_now(self) -> Iterator[None]:
        with clock.frozen(self.now):
            yield

    def do(self, command: str, by: Actor | None = None, **arguments: Any) -> Any:
        """Give a command at this drill's wall time, by the director unless somebody else
        is named.
        """
        with self.at_now():
            return conduct.COMMANDS[command](self.exercise.pk, by or self.director, **arguments)

    def sweep(self) -> int:
        with self.at_now():
            return conduct.sweep(self.exercise.pk)

    # ── what is there ───────────────────────────────────────────────────────────────────────
    def fresh(self) -> Exercise:
        self.exercise = Exercise.objects.get(pk=self.exercise.pk)
        return self.exercise

    def inject(self, number: str) -> Inject:
        return Inject.objects.get(exercise=self.exercise, number=number)

    def tasking(self, number: str, unit: str) -> Tasking:
        return Tasking.objects.select_related("inject", "unit").get(
            exercise=self.exercise, inject__number=number, unit__code=unit
        )

    def posture(self, unit: str) -> Posture:
        return Posture.objects.select_related("unit").get(exercise=self.exercise, unit__code=unit)

    @property
    def units(self) -> list[str]:
        return list(self.exercise.postures.values_list("unit__code", flat=True))

    @property
    def kinds(self) -> list[str]:
        """Kinds of the journal's entries in order."""
        return list(self.exercise.journal.order_by("seq").values_list("kind", flat=True))


def entry(number: str, at_min: float | None, to: Sequence[str], **fields: Any) -> dict[str, Any]:
    """One MSEL entry for :func:`make_drill`: minutes of calendar time since zero, unit codes."""
    return {"number": number, "at_min": at_min, "to": to, **fields}


def make_scenario(
    units: int | Sequence[str] = 3,
    injects: Sequence[dict[str, Any]] | None = None,
    *,
    stand_downs: Sequence[tuple[float, float]] = (),
    conditions: dict[str, Sequence[str]] | None = None,
    phases: Sequence[tuple[str, float, float]] = PHASES,
) -> Scenario:
    """A scenario of twelve hours in three phases of four.

    Args:
        units: how many (codes U1, U2, …) or their codes.
        injects: as :func:`entry` makes them; by default one mandatory inject per phase to all.
        stand_downs: (from, to) in hours since zero.
        conditions: for phase 1: condition code → inject numbers.
    """
    codes = [f"U{n}" for n in range(1, units + 1)] if isinstance(units, int) else list(units)
    serial = next(_serial)
    scenario = Scenario.objects.create(
        code=f"kich-ban-{serial}",
        title={"vi": f"Diễn tập số {serial}", "en": f"Exercise number {serial}"},
        starts_at=ZERO,
        status=Status.APPROVED,
    )
    by_code = {}
    for order, code in enumerate(codes):
        unit, _made = Unit.objects.get_or_create(
            code=code,
            defaults={
                "name": {"vi": f"Đơn vị {code}", "en": f"Unit {code}"},
                "short": {"vi": f"ĐV {code}", "en": f"Unit {code}"},
            },
        )
        by_code[code] = unit
        Participation.objects.create(scenario=scenario, unit=unit, order=order)
        for role in ("lead", "staff"):
            _person(scenario, f"{role}-{code}-{serial}", role, unit)
    for role in ("director", "director", "controller", "observer"):
        _person(scenario, f"{role}-{serial}-{next(_serial)}", role, None)
    _person(scenario, f"evaluator-{serial}", "evaluator", by_code[codes[0]])
    for from_h, to_h in stand_downs:
        StandDown.objects.create(
            scenario=scenario,
            title={"vi": "Tạm nghỉ", "en": "Stand-down"},
            from_us=int(from_h * HOUR),
            to_us=int(to_h * HOUR),
        )
    plans = {
        phase: PhasePlan.objects.create(
            scenario=scenario,
            phase=phase,
            title={"vi": f"Giai đoạn {place}", "en": f"Phase {place}"},
            starts_us=int(start * HOUR),
            ends_us=int(end * HOUR),
        )
        for place, (phase, start, end) in enumerate(phases, start=1)
    }
    for order, (code, after) in enumerate((conditions or {}).items()):
        PhaseCondition.objects.create(
            plan=plans["transition"],
            code=code,
            title={"vi": f"Điều kiện {code}", "en": f"Condition {code}"},
            after=list(after),
            order=order,
        )
    if injects is None:
        injects = [
            entry("1.01", 5, codes, mandatory=True, complete_within_s=3600),
            entry("2.01", 245, codes, mandatory=True, complete_within_s=3600),
            entry("3.01", 485, codes, mandatory=True, complete_within_s=3600),
        ]
    for fields in injects:
        _entry(scenario, by_code, dict(fields))
    return scenario


def _person(scenario: Scenario, username: str, role: str, unit: Unit | None) -> None:
    Person.objects.create(
        scenario=scenario, username=username.lower(), name=f"Người {username}", role=role, unit=unit
    )


def _entry(scenario: Scenario, by_code: dict[str, Unit], fields: dict[str, Any]) -> None:
    number, at_min, to = fields.pop("number"), fields.pop("at_min"), fields.pop("to")
    when = fields.pop("when", None)
    phase = {"1": "transition", "2": "preparation", "3": "execution"}[number[0]]
    if when:
        fields["trigger_entry"] = MselEntry.objects.get(scenario=scenario, number=when[0])
        fields["trigger_is"] = when[1]
        fields["trigger_delay_s"] = when[2] if len(when) > 2 else 0
    made = MselEntry.objects.create(
        scenario=scenario,
        number=number,
        sort_key=sort_key(number),
        phase=phase,
        planned_us=None if at_min is None else round(at_min * MINUTE),
        **{
            "title": {"vi": f"Tin {number}", "en": f"Inject {number}"},
            "content": {"vi": f"Nội dung {number}", "en": f"Content {number}"},
            "sender": {"vi": "Ban Chỉ đạo", "en": "Control"},
            "acknowledge_within_s": 600,
            **fields,
        },
    )
    made.addressees.set([by_code[code] for code in to])


def make_drill(
    units: int | Sequence[str] = 3,
    injects: Sequence[dict[str, Any]] | None = None,
    *,
    started: bool = False,
    **scenario: Any,
) -> Drill:
    """A planned exercise of :func:`make_scenario`, started at T0 when asked."""
    exercise = create_exercise(make_scenario(units, injects, **scenario))
    drill = Drill(exercise)
    if started:
        drill.do("start")
        drill.fresh()
    return drill
