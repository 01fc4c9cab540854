"""One run of ``benchmarks.acknowledgements``: the whole product at work, and people who click.

    python -m benchmarks.ack_run PLAN_AS_JSON

The environment says which database. Prints a JSON list of rows.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, connections, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from benchmarks import scenario_files  # noqa: E402
from benchmarks.engine import processes  # noqa: E402
from benchmarks.figures import percentiles  # noqa: E402
from benchmarks.processes import Cost, free_port, uvicorn, wait_until  # noqa: E402
from exercise import conduct  # noqa: E402
from exercise.clock import wall_us  # noqa: E402
from exercise.conduct import create_exercise  # noqa: E402
from exercise.models import Exercise, Inject, InjectState, Participant, Tasking  # noqa: E402
from exercise.players.rehearsal import director_of, wait_for_timers  # noqa: E402
from exercise.supervisor import Site  # noqa: E402
from scenarios.models import sort_key  # noqa: E402
from scenarios.reading import load  # noqa: E402

SECOND_US = 1_000_000
RELEASES_S = 90.0
"""Longer than a run: injects come due from its beginning to after its end."""


def main() -> None:
    """Run it."""
    plan = json.loads(sys.argv[1])
    if connection.vendor == "postgresql":
        call_command("migrate", interactive=False, verbosity=0)
    call_command("prepare", stdout=sys.stderr)
    exercises = make(plan)
    site = replace(Site.from_settings(), port=free_port())
    web = site.web()
    web = replace(web, argv=tuple(uvicorn(web.argv[3], site.port, plan["web"])))
    connections.close_all()
    rows = []
    children = [*site.broker(), *site.timers(), web]
    with processes(children, settings.VAR_DIR / "log", site.env()) as found:
        wait_for_timers()
        begin(exercises, plan)
        people = [person for one in exercises for person in people_of(one)]
        connections.close_all()
        time.sleep(1)
        for name, rate, seconds in plan["phases"]:
            begun_us, before = wall_us(), Cost.of(found["web"])
            told = click(site.port, people, rate, seconds)
            after, ended_us = Cost.of(found["web"]), wall_us()
            elapsed_s = (ended_us - begun_us) / SECOND_US
            cpu_s = after.cpu_s - before.cpu_s
            rows.append(
                {
                    "load": name,
                    "wanted_per_s": rate or None,
                    **told,
                    "web_cores": round(cpu_s / elapsed_s, 2),
                    "web_cpu_ms": round(1000 * cpu_s / max(1, told["acknowledged"]), 2),
                    "releases": releases(begun_us, ended_us),
                }
            )
    print(json.dumps(rows))


def make(plan: dict[str, Any]) -> list[Exercise]:
    """Exercises with enough delivered at their beginning to acknowledge to the end."""
    injects = -(-plan["acknowledgements"] // plan["units"] // plan["exercises"])
    with TemporaryDirectory() as there:
        size = {"units": plan["units"], "injects": 3, "taskings": 3}
        scenario = load(scenario_files.write(Path(there) / "x.yaml", **size))
    made = []
    for _number in range(plan["exercises"]):
        exercise = create_exercise(scenario)
        at_once = [(f"8.{n:04d}", 0) for n in range(injects)]
        every = plan["exercises"] / plan["releases_per_s"]
        timed = [(f"9.{n:04d}", every * n) for n in range(1, round(RELEASES_S / every))]
        with transaction.atomic():
            rows = Inject.objects.bulk_create(
                Inject(
                    exercise=exercise,
                    number=number,
                    sort_key=sort_key(number),
                    phase="transition",
                    title={"vi": f"Tin {number}", "en": f"Inject {number}"},
                    content={"vi": "Nội dung. " * 40},
                    acknowledge_within_s=3600,
                    complete_within_s=7200,
                    state=InjectState.SCHEDULED,
                    planned_us=round(at_s * SECOND_US),
                )
                for number, at_s in [*at_once, *timed]
            )
            units = list(exercise.postures.values_list("unit_id", flat=True))
            link = Inject.addressees.through
            link.objects.bulk_create(
                link(inject_id=row.pk, unit_id=unit)
                for row in rows
                for unit in (units if row.number.startswith("8.") else units[:3])
            )
        made.append(exercise)
    return made


def begin(exercises: list[Exercise], plan: dict[str, Any]) -> None:
    """STARTEX; wait until what is due at once is delivered."""
    for exercise in exercises:
        conduct.start(exercise.pk, director_of(exercise))
    delivered = Tasking.objects.filter(inject__number__startswith="8.")
    wait_until(lambda: delivered.count() >= plan["acknowledgements"] * 0.99, "nothing is delivered")


def people_of(exercise: Exercise) -> list[dict[str, Any]]:
    """Each unit's lead with a session, and what there is to acknowledge."""
    people = []
    leads = Participant.objects.filter(exercise=exercise, role="lead").select_related("user")
    for lead in leads:
        client = Client()
        client.force_login(lead.user)
        # The form's word and the cookie's may be the same one.
        word = "b" * 32
        mine = Tasking.objects.filter(
            exercise=exercise, unit_id=lead.unit_id, inject__number__startswith="8."
        )
        cookies = {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value}
        cookies[settings.CSRF_COOKIE_NAME] = word
        people.append(
            {
                "path": reverse("do", args=[exercise.code, "acknowledge"]),
                "cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
                "bodies": [
                    f"csrfmiddlewaretoken={word}&tasking_id={pk}"
                    for pk in mine.order_by("-pk").values_list("pk", flat=True)
                ],
            }
        )
    return people


def click(port: int, people: list[dict[str, Any]], rate: float, seconds: float) -> dict[str, Any]:
    """Let them, and forget what they have done."""
    plan = {"port": port, "people": people, "rate": rate, "seconds": seconds}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.posters"],
        input=json.dumps(plan),
        capture_output=True,
        text=True,
        check=True,
    )
    told: dict[str, Any] = json.loads(done.stdout)
    left = {
        str(pk) for pk in Tasking.objects.filter(state="delivered").values_list("pk", flat=True)
    }
    connections.close_all()
    for person in people:
        person["bodies"] = [one for one in person["bodies"] if one.rpartition("=")[2] in left]
    return told


def releases(from_us: int, to_us: int) -> dict[str, Any]:
    """How late the timers were meanwhile."""
    late = [
        lateness_us / 1000
        for lateness_us in Inject.objects.filter(
            released_wall_us__gte=from_us, released_wall_us__lte=to_us, lateness_us__isnull=False
        ).values_list("lateness_us", flat=True)
    ]
    due = Inject.objects.filter(state=InjectState.SCHEDULED).select_related("exercise")
    waiting = sum(
        (one.exercise.clock.due_wall_us(one.due_us) or to_us) < to_us - SECOND_US
        for one in due
        if one.due_us is not None
    )
    connections.close_all()
    return {
        "count": len(late),
        "overdue_1_s": waiting,
        **{f"{name}_ms": value for name, value in percentiles(late).items()},
    }


if __name__ == "__main__":
    main()
