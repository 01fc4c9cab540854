"""What database, broker, streams and disk say at this moment, as metrics.

Each reading costs a fixed number of questions, whatever the length of the journal. One that cannot
be had is left out, and its source is said not to answer.
"""

from __future__ import annotations

import json
import logging
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import Error
from django.db.models import Count, Min
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from exercise.clock import wall_us
from exercise.live import bus, hub
from exercise.models import (
    IN_PLAY,
    Exercise,
    Inject,
    InjectState,
    Status,
    Tasking,
    TimerHeartbeat,
)
from scenarios.calendar import SECOND_US

log = logging.getLogger(__name__)

TASK_LIVES_S = 30
"""After which beat lets a task expire: a message says when it expires, not when it was sent."""

_silent: set[str] = set()
"""Sources that did not answer the last time: said once, not at every reading."""

Reading = Callable[[], Iterator[Metric]]


def gauge(name: str, help_: str, value: float) -> Metric:
    """A reading of one number."""
    return GaugeMetricFamily(f"exercise_{name}", help_, value=value)


def exercises() -> Iterator[Metric]:
    """Exercises by status, and the oldest moment at which a timer had work and still has."""
    counted = dict(Exercise.objects.order_by().values_list("status").annotate(Count("pk")))
    by_status = GaugeMetricFamily("exercise_exercises", "Exercises by status.", labels=["status"])
    for status in Status:
        by_status.add_metric([status], counted.get(status, 0))
    yield by_status
    now, latest_us = wall_us(), 0
    for exercise in Exercise.objects.filter(running=True, next_due_us__isnull=False):
        due_wall_us = exercise.clock.due_wall_us(exercise.next_due_us or 0)
        latest_us = max(latest_us, now - (due_wall_us or now))
    yield gauge(
        "timers_behind_seconds", "Age of the oldest work the timers have not done.", _s(latest_us)
    )


def waiting() -> Iterator[Metric]:
    """What waits for people: taskings of their units, the overdue queue of the director."""
    in_play = {"exercise__status__in": IN_PLAY}
    yield gauge(
        "taskings_open",
        "Taskings of which something is still asked, in exercises under way.",
        Tasking.objects.open().filter(**in_play).count(),
    )
    queue = Inject.objects.filter(
        state=InjectState.SCHEDULED, overdue_wall_us__isnull=False, **in_play
    ).aggregate(count=Count("pk"), since=Min("overdue_wall_us"))
    yield gauge("overdue_queue", "Injects that wait for the director's decision.", queue["count"])
    yield gauge(
        "overdue_queue_age_seconds",
        "How long the first of them has been waiting.",
        _s(wall_us() - queue["since"]) if queue["count"] else 0,
    )


def heartbeat() -> Iterator[Metric]:
    """How long ago beat, broker, worker and database worked together."""
    newest_us = TimerHeartbeat.newest_us()
    if newest_us is not None:
        yield gauge(
            "timers_heartbeat_age_seconds",
            "Since beat, broker, worker and database last worked together.",
            _s(wall_us() - newest_us),
        )


def stream_lag() -> Iterator[Metric]:
    """Journal entries of each exercise under way that are not drawn for its pages."""
    written = dict(
        Exercise.objects.filter(status__in=IN_PLAY).order_by("pk").values_list("pk", "journal_seq")
    )
    drawn = bus.published_seqs(list(written))
    family = GaugeMetricFamily(
        "exercise_stream_lag_entries",
        "Journal entries of an exercise under way that its pages do not show yet.",
        labels=["exercise"],
    )
    for pk, seq in written.items():
        family.add_metric([str(pk)], max(0, seq - (drawn[pk] or 0)))
    yield family


def queue() -> Iterator[Metric]:
    """The queues in the broker: how long they are, and how old the timers' task next in turn."""
    length, oldest = bus.queue(settings.CELERY_TASK_DEFAULT_QUEUE)
    yield gauge("timers_queue", "Tasks no worker has taken yet.", length)
    yield gauge("timers_queue_age_seconds", "Age of the oldest of them.", _age_s(oldest))
    waiting, _oldest = bus.queue(settings.CHORES_QUEUE)
    yield gauge("chores_queue", "Imports and report files no chores worker has taken yet.", waiting)


def _age_s(message: bytes | None) -> float:
    expires = json.loads(message)["headers"].get("expires") if message else None
    if expires is None:
        return 0
    sent = datetime.fromisoformat(expires) - timedelta(seconds=TASK_LIVES_S)
    return max(0.0, (datetime.now(UTC) - sent).total_seconds())


def watching() -> Counter[str]:
    """Open streams of this process by kind of audience: ``board``, ``control``, ``unit`` …"""
    here = hub.here()
    counted = Counter(dict.fromkeys(("board", "control", "evaluation", "unit"), 0))
    for room in list(here.rooms.values()) if here else ():
        for audience, clients in list(room.clients.items()):
            counted[audience.split(".")[0].split("-")[0]] += len(clients)
    return counted


def disk() -> Iterator[Metric]:
    """Of the directory that everything is written to."""
    total, _used, free = shutil.disk_usage(settings.VAR_DIR)
    yield gauge("disk_bytes", "Size of the disk the install writes to.", total)
    yield gauge("disk_free_bytes", "What is left of it.", free)


def read_all(sources: dict[str, tuple[Reading, ...]]) -> Iterator[Metric]:
    """The readings of each source, and whether it answered."""
    up = GaugeMetricFamily("exercise_up", "Whether the source answers.", labels=["source"])
    for source, readings in sources.items():
        answers = True
        for reading in readings:
            try:
                yield from list(reading())
            except (Error, bus.BusDown, OSError) as error:
                if source not in _silent:
                    log.warning("%s gives no readings (%s)", source, type(error).__name__)
                answers = False
                break
        (_silent.discard if answers else _silent.add)(source)
        up.add_metric([source], answers)
    yield up


def _s(us: int) -> float:
    return max(0, us) / SECOND_US
