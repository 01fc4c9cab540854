"""What a page may cost: queries and bytes, the same for a small drill and a very large one."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from exercise.live import backlog, bus
from exercise.models import GateCondition, Inject, JournalEntry, Tasking
from tests.factories import MINUTE, Drill, entry, make_drill
from tests.screens.test_who_may_what import as_, kept
from units.models import User

pytestmark = pytest.mark.django_db

MOST_QUERIES = 12
MOST_BYTES = 60 * 1024
UNITS, INJECTS, TASKINGS = 40, 300, 2000
RELEASED, EACH = 250, 8
NOW_MIN = 600
PAGES = {
    "console": "director",
    "console_live": "director",
    "console_unit": "director",
    "console_inject": "director",
    "console_jump": "director",
    "console_add": "director",
    "console_overdue": "director",
    "console_health": "director",
    "pulse": "director",
    "people": "director",
    "journal": "director",
    "inbox": "lead",
    "inbox_live": "lead",
    "tasking": "lead",
    "tasking_live": "lead",
    "unit_log": "lead",
    "evaluate": "evaluator",
    "evaluate_live": "evaluator",
    "evaluate_tasking": "evaluator",
    "evaluate_unit": "evaluator",
    "evaluation": "director",
    "evaluation_live": "director",
    "evaluation_unit": "director",
    "evaluation_unit_live": "director",
    "unit_evaluation": "lead",
    "board": "observer",
    "board_live": "observer",
    "board_public": "observer",
    "landing": "anonymous",
    "improvement": "director",
    "improvements": "administrator",
    "compare": "director",
    "home": "administrator",
    "account": "administrator",
    "accounts": "administrator",
    "sign_ins": "administrator",
}


def small() -> Drill:
    injects = [entry("1.01", 5, ["U1"], complete_within_s=3600), entry("1.02", 60, ["U1"])]
    drill = make_drill(units=2, injects=injects, conditions={"A": ["1.01"]}, started=True)
    drill.later(5).sweep()
    return drill


def large() -> Drill:
    """Forty units ten hours into a drill: 300 injects, 2,000 taskings, as many journal entries.

    Each released inject went to eight units. What is older than an hour and a half is finished, but
    for every twentieth; of the rest some is open, some due, some done.
    """
    drill = make_drill(
        units=UNITS, injects=[entry("1.001", 5, ["U1"])], conditions={"A": ["1.001"]}, started=True
    )
    drill.later(5).sweep()
    exercise = drill.fresh()
    units = [posture.unit for posture in exercise.postures.select_related("unit")]
    injects = [_inject(exercise, n) for n in range(2, INJECTS + 1)]
    Inject.objects.bulk_create(injects)
    links, taskings = [], []
    for place, inject in enumerate(injects):
        for step in range(EACH if place < RELEASED else 3):
            unit = units[(place * 7 + step * 5) % UNITS]
            links.append(Inject.addressees.through(inject_id=inject.pk, unit_id=unit.pk))
            if place < RELEASED:
                taskings.append(_tasking(exercise, inject, unit, len(taskings)))
    Inject.addressees.through.objects.bulk_create(links)
    Tasking.objects.bulk_create(taskings)
    assert len(taskings) == TASKINGS
    GateCondition.objects.get(phase__exercise=exercise).after.set(injects[:50])
    _journal(exercise, taskings)
    drill.later(NOW_MIN - 5)
    return drill


def _inject(exercise: Any, n: int) -> Inject:
    out = n - 2 < RELEASED
    at_us = (5 + n * (NOW_MIN - 10) // RELEASED) * MINUTE
    return Inject(
        exercise=exercise,
        number=f"1.{n:03d}",
        sort_key=f"000001.{n:06d}",
        phase="transition",
        title={
            "vi": f"Chỉ đạo số {n} về chuyển trạng thái quốc phòng của đơn vị",
            "en": f"Order {n} on the transition of the unit to war footing",
        },
        content={"vi": f"Nội dung chỉ đạo {n}. " * 20, "en": f"Content {n}. " * 20},
        expected_actions=[{"vi": "Triển khai", "en": "Deploy"}],
        acknowledge_within_s=600,
        complete_within_s=3600,
        mandatory=n % 3 == 0,
        state="released" if out else "scheduled",
        planned_us=at_us,
        due_us=at_us,
        released_us=at_us if out else None,
    )


OPEN = ("delivered", "acknowledged", "in_progress", "completed", "verified", "in_progress")


def _tasking(exercise: Any, inject: Inject, unit: Any, place: int) -> Tasking:
    at_us = inject.released_us or 0
    finished = at_us < (NOW_MIN - 90) * MINUTE and place % 20
    state = "completed" if finished else OPEN[place % len(OPEN)]
    return Tasking(
        exercise=exercise,
        inject=inject,
        unit=unit,
        state=state,
        delivered_us=at_us,
        delivered_wall_us=1,
        ack_due_us=at_us + 10 * MINUTE,
        complete_due_us=at_us + 60 * MINUTE,
        due_soon_us=at_us + 45 * MINUTE,
        acknowledged_us=None if state == "delivered" else at_us + 3 * MINUTE,
        completed_us=at_us + (15 + place % 45) * MINUTE
        if state in ("completed", "verified")
        else None,
    )


def _journal(exercise: Any, taskings: list[Tasking]) -> None:
    first = exercise.journal_seq + 1
    JournalEntry.objects.bulk_create(
        JournalEntry(
            exercise=exercise,
            seq=seq,
            kind="tasking_acknowledged",
            wall_us=seq,
            exercise_us=tasking.delivered_us,
            phase="transition",
            actor_name="Trần Văn Đạt",
            role="lead",
            unit_code=tasking.unit.code,
            inject_number=tasking.inject.number,
            data={"after_us": 3 * MINUTE},
            hash=f"{seq:064x}",
        )
        for seq, tasking in enumerate(taskings, start=first)
    )
    exercise.journal_seq = first + len(taskings) - 1
    exercise.save(update_fields=["journal_seq"])


@pytest.fixture(scope="module")
def drills(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, Drill]]:
    with kept(django_db_blocker):
        with django_db_blocker.unblock():
            # The large one last: it is the running exercise that the landing page shows.
            made = {"small": small(), "large": large()}
            for drill in made.values():
                drill.exercise.evaluation_published = True
                drill.exercise.save(update_fields=["evaluation_published"])
        yield made


def ask(drill: Drill, name: str) -> tuple[Any, int]:
    """The page and how many queries it took, session and sign-in included."""
    role = PAGES[name]
    unit = "U1" if role in ("lead", "evaluator") else None
    if role in ("anonymous", "administrator"):
        user = None if role == "anonymous" else _administrator()
    else:
        user = drill.user(role, unit)
    client: Client = as_(user)
    tasking = drill.exercise.taskings.filter(unit__code="U1").order_by("pk")[0]
    values = {
        "unit_id": tasking.unit_id,
        "inject_id": tasking.inject_id,
        "tasking_id": tasking.pk,
        "unit_code": tasking.unit.code,
    }
    keys = {
        "console_unit": ["unit_id"],
        "console_inject": ["inject_id"],
        "tasking": ["tasking_id"],
        "tasking_live": ["tasking_id"],
        "evaluate_tasking": ["tasking_id"],
        "evaluate_unit": ["unit_code"],
        "evaluation_unit": ["unit_code"],
        "evaluation_unit_live": ["unit_code"],
    }.get(name, [])
    kwargs: dict[str, Any] = {"code": drill.exercise.code} | {key: values[key] for key in keys}
    if name == "board_public":
        kwargs = {"token": drill.exercise.board_token}
    elif name in ("landing", "home", "account", "accounts", "sign_ins", "improvements"):
        kwargs = {}
    path = reverse(name, kwargs=kwargs)
    query = {"to": "+60"} if name == "console_jump" else {}
    with drill.at_now(), CaptureQueriesContext(connection) as queries:
        answer = client.get(path, query)
    assert answer.status_code == 200, answer.status_code
    return answer, len(queries)


@pytest.fixture(autouse=True)
def _live(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Joining the stream belongs to a page's cost; only what the broker would answer is given."""
    settings.LIVE_ENABLED = True
    monkeypatch.setattr(bus, "newest", lambda _exercise: ("17-0", 0))
    monkeypatch.setattr(bus, "set_board_stamp", lambda _exercise, _secret: None)
    monkeypatch.setattr(backlog, "backlog", lambda _exercise: backlog.Backlog(0, 0))


def _administrator() -> User:
    return User.objects.create_superuser("quan-tri", password=None, name="Quản trị")


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page_costs_the_same_few_queries_at_any_size(drills: dict[str, Drill], name: str) -> None:
    few = ask(drills["small"], name)[1] if PAGES[name] not in ("anonymous", "administrator") else 0
    answer, many = ask(drills["large"], name)
    size = len(gzip.compress(answer.content, 6))
    print(f"{name}: {few} / {many} queries, {len(answer.content)} bytes, {size} gzip")
    assert many <= MOST_QUERIES
    assert few in (0, many)
    assert size <= MOST_BYTES
