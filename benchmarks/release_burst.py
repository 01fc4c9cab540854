"""Release lateness on the real engine: a steady minute, then everything at one moment.

    python benchmarks/release_burst.py [--injects 2000] [--seconds 60] [--draw] [--out FILE]

One exercise at ×1 in a temporary directory, on SQLite, with a broker, a worker and a beat of its
own. Prints JSON: wall ms from the due moment to the release transaction (`lateness_ms`) and to
the moment after its commit (`visible_ms`, seen by a reader of the database every 5 ms).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

BASE = Path(__file__).resolve().parent.parent
LEAD_S = 3.0
"""Between the start and the first inject, and before the burst."""


def main() -> None:
    """Run both loads and print what came of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--injects", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--draw", action="store_true", help="draw the boards as well")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="burst-") as var:
        os.environ["EXERCISE_VAR"] = var
        for name in ("DATABASE_URL", "REDIS_URL"):
            os.environ.pop(name, None)
        settings = "exercise.settings" if options.draw else "exercise.players.undrawn"
        os.environ["DJANGO_SETTINGS_MODULE"] = settings
        sys.path.insert(0, str(BASE))
        os.chdir(BASE)
        import django

        django.setup()
        report = measure(options.injects, options.seconds, draw=options.draw)
    words = json.dumps(report, indent=2)
    print(words)
    if options.out:
        options.out.write_text(f"{words}\n")


def measure(count: int, seconds: float, *, draw: bool) -> dict[str, Any]:
    """Both loads in one exercise, the second after the first."""
    from django.db import connections

    from exercise import conduct
    from exercise.management.preparation import build_static_if_needed, migrate_if_needed
    from exercise.models import Exercise, verify
    from exercise.players.rehearsal import director_of, wait_for_timers
    from exercise.supervisor import engine

    migrate_if_needed()
    if draw:
        build_static_if_needed()
    exercise = prepare(count, seconds)
    director = director_of(exercise)
    connections.close_all()
    with engine():
        wait_for_timers()
        conduct.start(exercise.pk, director)
        seen = look_on(exercise.pk, 2 * count, seconds + 2 * LEAD_S + 60)
    exercise = Exercise.objects.get(pk=exercise.pk)
    return {
        "injects": 2 * count,
        "drawn": draw,
        "steady": load(exercise, "1.", seen),
        "burst": load(exercise, "2.", seen),
        "chain_verified": verify(exercise).verified,
    }


def prepare(count: int, seconds: float) -> Any:
    """An exercise with one unit and two loads: ``1.*`` spread evenly, ``2.*`` at one moment."""
    from exercise.conduct import create_exercise
    from exercise.models import Inject, InjectState
    from exercise.players.cast import fill_empty_seats
    from scenarios.models import Participation, PhasePlan, Scenario, Status, sort_key
    from units.models import Unit

    scenario = Scenario.objects.create(
        code="release-burst",
        title={"en": "Release burst"},
        starts_at=datetime(2023, 10, 10, 7, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh")),
        status=Status.APPROVED,
    )
    hour_us = 3_600_000_000
    for place, phase in enumerate(("transition", "preparation", "execution")):
        PhasePlan.objects.create(
            scenario=scenario,
            phase=phase,
            title={"en": phase},
            starts_us=place * hour_us,
            ends_us=(place + 1) * hour_us,
        )
    unit = Unit.objects.create(code="U1", name={"en": "Unit"}, short={"en": "Unit"})
    Participation.objects.create(scenario=scenario, unit=unit)
    exercise = create_exercise(scenario, rehearsal=True)
    fill_empty_seats(exercise)
    moments = [
        *((f"1.{n:05d}", LEAD_S + seconds * n / count) for n in range(count)),
        *((f"2.{n:05d}", 2 * LEAD_S + seconds) for n in range(count)),
    ]
    injects = Inject.objects.bulk_create(
        Inject(
            exercise=exercise,
            number=number,
            sort_key=sort_key(number),
            phase="transition",
            title={"en": number},
            acknowledge_within_s=600,
            state=InjectState.SCHEDULED,
            planned_us=round(at_s * 1_000_000),
        )
        for number, at_s in moments
    )
    link = Inject.addressees.through
    link.objects.bulk_create(link(inject_id=inject.pk, unit_id=unit.pk) for inject in injects)
    return exercise


def look_on(exercise_id: int, total: int, limit_s: float) -> dict[str, int]:
    """Wall µs at which each release was first visible, until all are or the time is over."""
    from exercise.clock import wall_us
    from exercise.models import JournalEntry

    seen: dict[str, int] = {}
    last, deadline = 0, time.monotonic() + limit_s
    while len(seen) < total and time.monotonic() < deadline:
        rows = JournalEntry.objects.filter(exercise_id=exercise_id, seq__gt=last).order_by("seq")
        fresh, now = list(rows.values_list("seq", "kind", "inject_number")), wall_us()
        for seq, kind, number in fresh:
            last = seq
            if kind == "inject_released":
                seen.setdefault(number, now)
        time.sleep(0.005)
    return seen


def load(exercise: Any, prefix: str, seen: dict[str, int]) -> dict[str, Any]:
    """Counts and lateness of one of the loads."""
    from exercise.models import Inject, JournalEntry

    injects = list(Inject.objects.filter(exercise=exercise, number__startswith=prefix))
    released = JournalEntry.objects.filter(
        exercise=exercise, kind="inject_released", inject_number__startswith=prefix
    ).count()
    clock = exercise.clock
    visible = [
        seen[inject.number] - (clock.due_wall_us(inject.due_us) or 0)
        for inject in injects
        if inject.number in seen
    ]
    return {
        "lost": sum(inject.released_us is None for inject in injects),
        "doubled": released - sum(inject.released_us is not None for inject in injects),
        "lateness_ms": figures([one.lateness_us for one in injects if one.lateness_us is not None]),
        "visible_ms": figures(visible),
    }


def figures(values: list[int]) -> dict[str, float]:
    """p50, p99 and the worst, in ms."""
    from exercise.players.report import percentile

    ordered = sorted(values)
    parts = (("p50", 50), ("p99", 99), ("max", 100))
    return {name: round(percentile(ordered, part) / 1000, 1) for name, part in parts}


if __name__ == "__main__":
    main()
