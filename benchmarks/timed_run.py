"""One run of ``benchmarks.release_lateness``: exercises, an engine, and a reader that looks on.

    python -m benchmarks.timed_run WAY {load|idle} PLAN_AS_JSON

The environment says which settings. Prints a JSON list of rows.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import django

django.setup()

import psutil  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import connections, transaction  # noqa: E402

from benchmarks.engine import processes  # noqa: E402
from benchmarks.figures import percentiles  # noqa: E402
from benchmarks.processes import Cost, wait_until  # noqa: E402
from benchmarks.rivals.timer_tasks import release  # noqa: E402
from exercise import conduct  # noqa: E402
from exercise.conduct import create_exercise  # noqa: E402
from exercise.models import Exercise, Inject, InjectState, JournalEntry  # noqa: E402
from exercise.players.cast import fill_empty_seats  # noqa: E402
from exercise.players.rehearsal import director_of, wait_for_timers  # noqa: E402
from exercise.supervisor import Site  # noqa: E402
from scenarios.models import Participation, PhasePlan, Scenario, Status, sort_key  # noqa: E402
from units.models import Unit  # noqa: E402

SECOND_US = 1_000_000
HOUR_US = 3600 * SECOND_US
GRACE_S = 15.0


def main() -> None:
    """Run it."""
    way, what, plan = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
    exercises = make_exercises(plan["exercises"])
    rows = load(way, plan, exercises) if what == "load" else idle(way, plan, exercises)
    print(json.dumps(rows))


def load(way: str, plan: dict[str, Any], exercises: list[Exercise]) -> list[dict[str, Any]]:
    """All injects within some seconds; how late each was seen."""
    # Where each inject has to be sent off first, that must be over before the first is due.
    lead_s = plan["lead_s"] if way in ("per-inject ETA", "django-celery-beat") else 3.0
    make_injects(exercises, plan["injects"], lead_s, plan["seconds"])
    with engine(way) as running:
        start_all(exercises)
        begun = time.monotonic()
        due = due_moments()
        hand_over(way, due)
        handed_s = time.monotonic() - begun
        before = Cost.of(*running)
        seen = look_on(len(due), lead_s + plan["seconds"] + GRACE_S)
        insist_on(running)
        after = Cost.of(*running)
    late = [(seen[pk] - at) / 1000 for pk, at in due.items() if pk in seen]
    releases = JournalEntry.objects.filter(kind="inject_released")
    once = releases.order_by().values("exercise_id", "inject_number").distinct()
    return [
        {
            "injects": len(due),
            "lost": len(due) - len(seen),
            "doubled": releases.count() - once.count(),
            **{f"{name}_ms": value for name, value in percentiles(late).items()},
            "over_1_s": sum(one > 1000 for one in late),
            "cpu_ms_per_inject": round(1000 * (after.cpu_s - before.cpu_s) / len(due), 2),
            "handed_over_s": round(handed_s, 2),
        }
    ]


def idle(way: str, plan: dict[str, Any], exercises: list[Exercise]) -> list[dict[str, Any]]:
    """Everything is due in hours: processor and memory of worker, beat and broker."""
    rows: list[dict[str, Any]] = []
    with engine(way) as running:
        start_all(exercises)
        for more in (1, 2) if way == "ours" else (1,):
            make_injects(exercises, plan["scheduled"], 10 * 3600, 600, series=more)
            hand_over(way, due_moments())
            time.sleep(3 if plan["idle_s"] > 2 else 0.5)
            begun, before = time.monotonic(), Cost.of(*running)
            time.sleep(plan["idle_s"])
            insist_on(running)
            after, elapsed_s = Cost.of(*running, pss=True), time.monotonic() - begun
            rows.append(
                {
                    "exercises": len(exercises),
                    "scheduled": more * plan["scheduled"],
                    "cpu_percent": round(100 * (after.cpu_s - before.cpu_s) / elapsed_s, 2),
                    "pss_mb": round(after.pss_kb / 1024, 1),
                }
            )
    return rows


# ── what there is to release ────────────────────────────────────────────────────────────────────
def make_exercises(count: int) -> list[Exercise]:
    """Exercises of one unit and no injects."""
    scenario = Scenario.objects.create(
        code="lateness",
        title={"en": "Lateness"},
        starts_at=datetime(2026, 3, 2, 7, tzinfo=UTC),
        status=Status.APPROVED,
    )
    for place, phase in enumerate(("transition", "preparation", "execution")):
        PhasePlan.objects.create(
            scenario=scenario,
            phase=phase,
            title={"en": phase},
            starts_us=place * 24 * HOUR_US,
            ends_us=(place + 1) * 24 * HOUR_US,
        )
    unit = Unit.objects.create(code="U1", name={"en": "Unit"}, short={"en": "Unit"})
    Participation.objects.create(scenario=scenario, unit=unit)
    with transaction.atomic():
        made = [create_exercise(scenario, rehearsal=True) for _number in range(count)]
        for exercise in made:
            fill_empty_seats(exercise)
    return made


def make_injects(
    exercises: list[Exercise], count: int, lead_s: float, seconds: float, series: int = 1
) -> None:
    """Injects due at even distances, taking turns among the exercises."""
    unit = Unit.objects.get()
    started = Exercise.objects.filter(running=True).exists()
    moments = [round((lead_s + seconds * n / count) * SECOND_US) for n in range(count)]
    with transaction.atomic():
        injects = Inject.objects.bulk_create(
            Inject(
                exercise=exercises[n % len(exercises)],
                number=f"{series}.{n:05d}",
                sort_key=sort_key(f"{series}.{n:05d}"),
                phase="transition",
                title={"en": f"Inject {n}"},
                content={"en": "Content. " * 40},
                acknowledge_within_s=3600,
                state=InjectState.SCHEDULED,
                planned_us=at_us,
                due_us=at_us if started else None,
            )
            for n, at_us in enumerate(moments)
        )
        link = Inject.addressees.through
        link.objects.bulk_create(link(inject_id=one.pk, unit_id=unit.pk) for one in injects)


def start_all(exercises: list[Exercise]) -> None:
    """STARTEX everywhere."""
    for exercise in exercises:
        conduct.start(exercise.pk, director_of(exercise))


def due_moments() -> dict[int, int]:
    """Wall µs at which each scheduled inject is due, by its id."""
    clocks = {one.pk: one.clock for one in Exercise.objects.filter(running=True)}
    found = Inject.objects.filter(state="scheduled").values_list("pk", "exercise_id", "due_us")
    return {pk: clocks[exercise].due_wall_us(due_us) or 0 for pk, exercise, due_us in found}


def hand_over(way: str, due: dict[int, int]) -> None:
    """Where injects wait outside the database: send them there."""
    if way == "per-inject ETA":
        with release.app.producer_or_acquire() as producer:
            for pk, at in due.items():
                eta = datetime.fromtimestamp(at / SECOND_US, UTC)
                release.apply_async(args=(pk,), eta=eta, producer=producer)
    elif way == "django-celery-beat":
        from django_celery_beat.models import ClockedSchedule, PeriodicTask, PeriodicTasks

        with transaction.atomic():
            clocked = ClockedSchedule.objects.bulk_create(
                ClockedSchedule(clocked_time=datetime.fromtimestamp(at / SECOND_US, UTC))
                for at in due.values()
            )
            PeriodicTask.objects.bulk_create(
                PeriodicTask(
                    name=f"inject {pk}",
                    task="bench.release",
                    args=json.dumps([pk]),
                    clocked=when,
                    one_off=True,
                )
                for pk, when in zip(due, clocked, strict=True)
            )
            PeriodicTasks.update_changed()


def look_on(total: int, limit_s: float) -> dict[int, int]:
    """Wall µs at which each release was first visible, by inject id."""
    ids = {
        (exercise, number): pk
        for pk, exercise, number in Inject.objects.values_list("pk", "exercise_id", "number")
    }
    seen: dict[int, int] = {}
    # The newest id, not the newest number: a reader of all exercises at once.
    last, deadline = JournalEntry.objects.order_by("-pk").values_list("pk", flat=True)[0], limit_s
    deadline += time.monotonic()
    while len(seen) < total and time.monotonic() < deadline:
        rows = JournalEntry.objects.filter(pk__gt=last).order_by("pk")
        fresh = list(rows.values_list("pk", "kind", "exercise_id", "inject_number"))
        now = time.time_ns() // 1000
        for pk, kind, exercise, number in fresh:
            last = pk
            if kind == "inject_released":
                seen.setdefault(ids[exercise, number], now)
        time.sleep(0.005)
    return seen


# ── who releases it ─────────────────────────────────────────────────────────────────────────────
@contextmanager
def engine(way: str) -> Iterator[list[psutil.Process]]:
    """Broker, worker and beat as the product starts them, with the settings of this run."""
    site = Site.from_settings()
    children = [*site.broker(), *site.timers()]
    if way == "per-inject ETA":
        children = [child for child in children if child.name != "beat"]
    connections.close_all()
    with processes(children, settings.VAR_DIR / "log", site.env()) as found:
        wait_for_engine(way)
        yield list(found.values())


def insist_on(running: list[psutil.Process]) -> None:
    """End this run where one of its processes has ended: what it did not do is no measurement."""
    ended = [one for one in running if one.status() == psutil.STATUS_ZOMBIE]
    if ended:
        logs = (settings.VAR_DIR / "log").glob("*.log")
        said = [line for log in logs for line in log.read_text().splitlines() if "Error: " in line]
        sys.exit(f"{len(ended)} of its processes ended: {said[-1] if said else 'without a word'}")


def wait_for_engine(way: str) -> None:
    """Until a task has gone round."""
    if way == "ours":
        wait_for_timers()
        return
    from exercise.celery import app

    wait_until(lambda: app.control.ping(timeout=0.5), "the worker does not answer")
    time.sleep(1.0)  # for beat, which answers nothing


if __name__ == "__main__":
    main()
