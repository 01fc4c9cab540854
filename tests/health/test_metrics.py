"""What /metrics says, and that it neither goes back nor counts twice."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from exercise.asgi import application
from exercise.celery import app
from exercise.clock import frozen
from exercise.health import counted, readings
from exercise.health import metrics as page
from exercise.health.journal import JournalSums
from exercise.live import bus, hub
from exercise.live.room import Client
from exercise.live.tokens import Audience
from exercise.models import Exercise, JournalEntry, TimerHeartbeat
from exercise.timing.beat import DueScheduler
from tests.factories import MINUTE, SECOND, T0, Drill, entry, make_drill, refuses
from tests.health.conftest import ROOT, Metrics
from tests.live.conftest import Broker

pytestmark = pytest.mark.django_db
LATE = "exercise_release_lateness_seconds"


@pytest.fixture(autouse=True)
def _fresh_sums(monkeypatch: pytest.MonkeyPatch) -> None:
    """As after a start of the process."""
    monkeypatch.setattr(page, "sums", JournalSums())


@pytest.fixture
def drill() -> Drill:
    return make_drill(
        units=2,
        injects=[
            entry("1.01", 5, ["U1", "U2"]),
            entry("1.02", 10, ["U1"]),
            entry("1.03", 20, ["U1"]),
        ],
        started=True,
    )


# ── from the journal ────────────────────────────────────────────────────────────────────────────
def test_releases_are_sorted_by_lateness_whoever_released(drill: Drill, metrics: Metrics) -> None:
    drill.later(5, seconds=0.02).sweep()
    drill.later(5, seconds=2).sweep()
    drill.do("release", inject_id=drill.inject("1.03").pk)  # by hand: on nobody's clock
    found = metrics()
    assert found[f"{LATE}_bucket{{le=0.01}}"] == 0
    assert found[f"{LATE}_bucket{{le=0.025}}"] == 1
    assert found[f"{LATE}_bucket{{le=1.0}}"] == 1
    assert found[f"{LATE}_bucket{{le=3.0}}"] == 2
    assert found[f"{LATE}_bucket{{le=+Inf}}"] == found[f"{LATE}_count"] == 2
    assert found[f"{LATE}_sum"] == pytest.approx(2.04)


def test_entries_are_counted_by_kind_and_by_whom(drill: Drill, metrics: Metrics) -> None:
    drill.later(5).sweep()
    drill.do("pause")
    found = metrics()
    assert found["exercise_journal_entries_total{by=timers,kind=inject_released}"] == 1
    assert found["exercise_journal_entries_total{by=people,kind=clock_paused}"] == 1


def test_a_reading_adds_what_is_new_and_never_counts_twice(drill: Drill) -> None:
    sums = JournalSums()
    before = _count(sums, "exercise_started")
    assert before == _count(sums, "exercise_started") == 1
    drill.do("pause")
    drill.do("resume")
    drill.do("pause")
    assert _count(sums, "clock_paused") == 2
    assert _count(sums, "exercise_started") == 1


def test_another_process_arrives_at_the_same(drill: Drill) -> None:
    old = JournalSums()
    for _minute in range(10):
        drill.later(1).sweep()
        _samples(old)
    assert _samples(old) == _samples(JournalSums())


def test_a_long_journal_is_read_in_parts_and_shown_when_it_is_whole(drill: Drill) -> None:
    drill.later(5).sweep()
    drill.do("pause")
    written = drill.fresh().journal_seq
    sums = JournalSums(most_entries=2)
    seen = []
    while not (found := _samples(sums)).get(f"{LATE}_count"):
        assert found.keys() == {"exercise_journal_unread"}, "half a sum"
        seen.append(found["exercise_journal_unread"])
    assert seen == list(range(written - 2, 0, -2))
    # From then on it is shown, though more is written than is read at once.
    for command in ("resume", "pause", "resume", "pause"):
        drill.do(command)
    assert _samples(sums)["exercise_journal_unread"] == 2
    assert _count(sums, "clock_paused") == 3


def test_a_database_put_back_is_read_afresh(drill: Drill) -> None:
    sums = JournalSums()
    drill.do("pause")
    assert _count(sums, "clock_paused") == 1
    # The triggers let nobody delete an entry, so what is put back here is the exercise's count.
    Exercise.objects.filter(pk=drill.exercise.pk).update(journal_seq=1)
    assert _count(sums, "clock_paused") == 0
    assert _count(sums, "exercise_started") == 1


def test_a_reading_costs_the_same_whatever_the_length_of_the_journal(
    drill: Drill, metrics: Metrics
) -> None:
    metrics()
    with CaptureQueriesContext(connection) as short:
        metrics()
    for _time in range(20):
        drill.do("pause")
        drill.do("resume")
    metrics()
    with CaptureQueriesContext(connection) as long:
        metrics()
    assert len(long) == len(short) <= 8
    assert not [query for query in long if JournalEntry._meta.db_table in query["sql"]]


def _samples(sums: JournalSums) -> dict[str, float]:
    return {
        f"{sample.name}{sorted(sample.labels.values()) or ''}": sample.value
        for metric in sums.read()
        for sample in metric.samples
    }


def _count(sums: JournalSums, kind: str) -> float:
    return sum(
        sample.value
        for metric in sums.read()
        for sample in metric.samples
        if sample.labels.get("kind") == kind
    )


# ── at this moment ──────────────────────────────────────────────────────────────────────────────
def test_exercises_are_counted_by_status(drill: Drill, metrics: Metrics) -> None:
    make_drill()
    found = metrics()
    assert found["exercise_exercises{status=running}"] == 1
    assert found["exercise_exercises{status=planned}"] == 1
    assert found["exercise_exercises{status=closed}"] == 0


def test_open_taskings_are_those_of_exercises_under_way(drill: Drill, metrics: Metrics) -> None:
    drill.later(5).sweep()
    assert metrics()["exercise_taskings_open"] == 2
    lead = drill.actor("lead", "U1")
    drill.do("acknowledge", lead, tasking_id=drill.tasking("1.01", "U1").pk)
    assert metrics()["exercise_taskings_open"] == 1
    drill.do("end")
    assert metrics()["exercise_taskings_open"] == 0


def test_the_overdue_queue_says_how_long_it_waits(drill: Drill, metrics: Metrics) -> None:
    drill.later(11).sweep()
    with frozen(drill.now + 30 * SECOND):
        found = metrics()
    assert found["exercise_overdue_queue"] == 2
    assert found["exercise_overdue_queue_age_seconds"] == 30


def test_work_that_nobody_does_is_seen_growing_old(drill: Drill, metrics: Metrics) -> None:
    with frozen(T0 + 5 * MINUTE + 4 * SECOND):
        assert metrics()["exercise_timers_behind_seconds"] == 4
    drill.later(5).sweep()
    with drill.at_now():
        assert metrics()["exercise_timers_behind_seconds"] == 0


def test_the_age_of_the_heartbeat_is_shown_once_there_was_one(metrics: Metrics) -> None:
    assert "exercise_timers_heartbeat_age_seconds" not in metrics()
    TimerHeartbeat.objects.create(pk=1, wall_us=T0)
    with frozen(T0 + 7 * SECOND):
        assert metrics()["exercise_timers_heartbeat_age_seconds"] == 7


def test_the_disk_is_the_one_that_is_written_to(metrics: Metrics) -> None:
    found = metrics()
    assert 0 < found["exercise_disk_free_bytes"] < found["exercise_disk_bytes"]
    assert found["exercise_up{source=disk}"] == 1


# ── the broker ──────────────────────────────────────────────────────────────────────────────────
def test_a_broker_that_is_away_takes_its_own_readings_along_and_no_others(
    drill: Drill, metrics: Metrics
) -> None:
    found = metrics()
    assert found["exercise_up{source=broker}"] == 0
    assert found["exercise_up{source=database}"] == 1
    assert "exercise_timers_queue" not in found
    assert f"{LATE}_count" in found


def test_a_broker_that_stays_away_is_logged_once(
    metrics: Metrics, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readings, "_silent", set())
    for _time in range(3):
        metrics()
    assert caplog.text.count("broker gives no readings (BusDown)") == 1


def test_tasks_that_nobody_takes_are_seen_with_their_age(
    broker: Broker, metrics: Metrics, drill: Drill
) -> None:
    assert metrics()["exercise_timers_queue"] == 0
    assert metrics()["exercise_chores_queue"] == 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(app.conf, "broker_write_url", broker.url.replace("unix", "redis+socket", 1))
        patch.setattr(app.amqp, "_producer_pool", None)
        before = datetime.now(UTC)
        with frozen(T0 + 5 * MINUTE):
            DueScheduler(app, lazy=True).tick()
    found = metrics()
    assert found["exercise_timers_queue"] == 3  # the heartbeat, the drawing, the sweep
    # A message says when it expires: what is taken off that must be what beat adds.
    _length, oldest = bus.queue("timers")
    assert oldest is not None
    expires = datetime.fromisoformat(json.loads(oldest)["headers"]["expires"])
    sent = expires - timedelta(seconds=readings.TASK_LIVES_S)
    assert before <= sent <= datetime.now(UTC)
    age_s = (datetime.now(UTC) - before).total_seconds()
    assert 0 < found["exercise_timers_queue_age_seconds"] <= age_s


def test_stream_lag_is_what_is_written_and_not_drawn(
    broker: Broker, metrics: Metrics, drill: Drill
) -> None:
    name = f"exercise_stream_lag_entries{{exercise={drill.exercise.pk}}}"
    written = drill.fresh().journal_seq
    assert metrics()[name] == written
    assert bus.append(drill.exercise.pk, [], published_seq=written - 1, after_seq=None)
    assert metrics()[name] == 1
    drill.do("end")
    assert name not in metrics()


# ── this process ────────────────────────────────────────────────────────────────────────────────
def test_refusals_are_counted_by_why(drill: Drill, metrics: Metrics) -> None:
    before = metrics().get("exercise_refusals_total{code=wrong_status}", 0)
    with refuses("wrong_status"):
        drill.do("close")
    assert metrics()["exercise_refusals_total{code=wrong_status}"] == before + 1


def test_what_the_door_refuses_is_counted_too(drill: Drill, metrics: Metrics) -> None:
    before = metrics()
    client = Browser()
    client.force_login(drill.user("observer"), "django.contrib.auth.backends.ModelBackend")
    client.post(f"/x/{drill.exercise.code}/do/pause/")
    client.force_login(drill.user("director"), "django.contrib.auth.backends.ModelBackend")
    client.post(f"/x/{drill.exercise.code}/do/hold/", {"inject_id": "x"})
    after = metrics()
    for code in ("forbidden", "not_valid"):
        name = f"exercise_refusals_total{{code={code}}}"
        assert after[name] == before.get(name, 0) + 1


def test_each_command_is_counted_once_by_what_came_of_it(metrics: Metrics) -> None:
    """Through the pages' own door; the journal has an entry for each unit of one command."""
    drill, before = make_drill(units=2), metrics()
    for who, command, data in (
        ("director", "start", {}),
        ("director", "close", {}),
        ("director", "hold", {"inject_id": "x"}),
        ("observer", "pause", {}),
        ("director", "launch", {}),
    ):
        client = Browser()
        client.force_login(drill.user(who), "django.contrib.auth.backends.ModelBackend")
        with drill.at_now():
            client.post(f"/x/{drill.exercise.code}/do/{command}/", data)
    assert drill.fresh().journal.filter(kind="posture_ordered").count() == 2
    risen = {name: value - before.get(name, 0) for name, value in metrics().items()}
    assert {
        name: by for name, by in risen.items() if by and name.startswith("exercise_commands_total{")
    } == {
        "exercise_commands_total{command=start,outcome=done}": 1,
        "exercise_commands_total{command=close,outcome=refused}": 1,
        "exercise_commands_total{command=hold,outcome=not_valid}": 1,
        "exercise_commands_total{command=pause,outcome=forbidden}": 1,
    }


def test_a_command_that_breaks_off_and_one_with_nothing_to_do_are_told_apart(
    drill: Drill, metrics: Metrics, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, before = "exercise_commands_total{command=sweep,outcome=%s}", metrics()
    drill.sweep()
    drill.later(5).sweep()
    monkeypatch.setattr(JournalEntry, "digest", lambda _entry: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        drill.later(5).sweep()
    after = metrics()
    for outcome in ("nothing", "done", "failed"):
        assert after[name % outcome] == before.get(name % outcome, 0) + 1


def test_requests_are_counted_by_address_never_by_what_the_sender_made_up(
    metrics: Metrics,
) -> None:
    before = metrics()
    client = Browser()
    for path in ("/", "/khong-co/1/", "/khong-co/2/"):
        client.get(path)
    after = metrics()
    for name in ("route=landing,status=3xx", "route=none,status=4xx"):
        key = f"exercise_http_requests_total{{{name}}}"
        assert after[key] - before.get(key, 0) == (1 if "landing" in name else 2)
    timed = "exercise_http_request_seconds_count{route=landing}"
    assert after[timed] == before.get(timed, 0) + 1
    assert not [name for name in after if "khong-co" in name]


def test_a_request_that_is_too_large_is_counted_though_no_view_sees_it(
    metrics: Metrics, settings: Any
) -> None:
    name = "exercise_http_requests_total{route=too_large,status=4xx}"
    before = metrics().get(name, 0)
    answered: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        answered.append(message)

    length = str(settings.REQUEST_LIMIT_BYTES + 1).encode()
    scope = {"type": "http", "path": "/", "headers": [(b"content-length", length)]}
    asyncio.run(application(scope, asyncio.Event().wait, send))
    assert answered[0]["status"] == 413
    assert metrics()[name] == before + 1


def test_open_streams_are_counted_by_kind_of_audience(broker: Broker, metrics: Metrics) -> None:
    async def send(_message: Any) -> None:
        """Taken at once."""

    async def watch() -> tuple[Any, Any]:
        here = hub.current()
        clients = [
            Client(Audience(name), None, send)
            for name in ("unit-U1.vi", "unit-U2-A.en", "board.vi", "control.vi")
        ]
        for client in clients:
            here.attach(1, client)
        watched = readings.watching()
        for client in clients:
            here.detach(1, client)
        left = readings.watching()
        await here.aclose()
        return watched, left

    watched, left = asyncio.run(watch())
    assert watched == {"unit": 2, "board": 1, "control": 1, "evaluation": 0}
    assert set(left.values()) == {0}
    assert metrics()["exercise_stream_clients{audience=board}"] == 0


def test_each_process_says_which_it_is() -> None:
    counted.refusal("pause", "any")
    own = [sample for metric in page.ThisProcess().collect() for sample in metric.samples]
    assert all(sample.labels["process"].isdigit() for sample in own)
    assert {"exercise_refusals_total", "exercise_stream_clients", "process_open_fds"} <= {
        sample.name for sample in own
    }


# ── the guide ───────────────────────────────────────────────────────────────────────────────────
def test_the_guide_names_every_metric_and_no_other(broker: Broker, drill: Drill) -> None:
    counted.refusal("pause", "any")
    counted.request("any", 200, 0)
    TimerHeartbeat.objects.create(pk=1, wall_us=T0)
    text = Browser(HTTP_HOST="127.0.0.1").get("/metrics").content.decode()
    given = set(re.findall(r"^# TYPE (exercise_\w+)", text, re.M))
    guide = (ROOT / "docs" / "operations.md").read_text()
    table = "".join(line for line in guide.splitlines() if line.startswith("| `exercise_"))
    assert set(re.findall(r"`(exercise_\w+)", table)) == given
    rules = guide.split("Three rules")[1].split("LOG_FORMAT")[0]
    asked = {name.removesuffix("_bucket") for name in re.findall(r"exercise_\w+", rules)}
    assert len(asked) == 5
    assert asked <= given
