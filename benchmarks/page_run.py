"""One size of ``benchmarks.pages``: a drill in mid-course, and its pages asked for again and again.

    python -m benchmarks.page_run PLAN_AS_JSON REPEATS [PAGE]

Prints a JSON list of rows. With a page's name it prints where that page's time goes instead.
"""

from __future__ import annotations

import asyncio
import cProfile
import gc
import json
import pstats
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle
from statistics import median
from typing import Any

import django

django.setup()

from asgiref.sync import sync_to_async  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client, override_settings  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402

from benchmarks.drills import large_drill  # noqa: E402
from exercise import conduct  # noqa: E402
from exercise.asgi import application  # noqa: E402
from exercise.conduct import Actor  # noqa: E402
from exercise.models import Exercise, Inject, Participant, Tasking  # noqa: E402
from exercise.situation import rows as kept  # noqa: E402

PAGES = {
    "console": ("console", "director"),
    "inbox": ("inbox", "lead"),
    "board": ("board", "observer"),
    "journal": ("journal", "director"),
    "evaluation": ("evaluate", "evaluator"),
}
WARM_UP = 3
HOST = "localhost"


@dataclass(frozen=True)
class Answer:
    """What came, and when."""

    status: int
    bytes: int
    first_byte_ms: float
    cpu_ms: float


class Changes:
    """A drill that goes on: one command after the other, of kinds that can be given for ever. They
    are drawn for nobody, so that the figures are the page's alone.
    """

    def __init__(self, exercise: Exercise) -> None:
        self.exercise_id = exercise.pk
        people = Participant.objects.filter(exercise=exercise, role="director")
        self.director = Actor.of(people.select_related("user", "unit")[0])
        open_now = Tasking.objects.open().filter(exercise=exercise).order_by("-pk")
        coming = Inject.objects.filter(exercise=exercise, state="scheduled").order_by("-planned_us")
        injects = list(coming.values_list("pk", flat=True)[:10])
        self.course = cycle(
            command
            for tasking_id, inject_id in zip(open_now.values_list("pk", flat=True), cycle(injects))
            for command in (
                (conduct.nudge, {"tasking_id": tasking_id}),
                (conduct.hold, {"inject_id": inject_id}),
                (conduct.nudge, {"tasking_id": tasking_id}),
                (conduct.unhold, {"inject_id": inject_id}),
            )
        )

    def next(self) -> None:
        """Something changes."""
        give, arguments = next(self.course)
        with override_settings(LIVE_ENABLED=False):
            give(self.exercise_id, self.director, **arguments)


class Reader:
    """Somebody who is signed in and asks for one page."""

    def __init__(self, exercise: Exercise, page: str) -> None:
        name, role = PAGES[page]
        people = Participant.objects.filter(exercise=exercise, role=role)
        user = people.select_related("user").order_by("pk")[0].user
        self.client = Client(headers={"host": HOST, "accept-encoding": "gzip"})
        self.client.force_login(user)
        self.path = reverse(name, args=[exercise.code])
        session = self.client.cookies[settings.SESSION_COOKIE_NAME].value
        self.headers = [
            (b"host", HOST.encode()),
            (b"accept-encoding", b"gzip"),
            (b"cookie", f"{settings.SESSION_COOKIE_NAME}={session}".encode()),
        ]

    def queries(self) -> int:
        """Of all kinds, the session's and the sign-in's included, where no row is known."""
        self.client.get(self.path)  # the first request of a session notes that it is open
        kept.forget()
        with CaptureQueriesContext(connection) as found:
            answer = self.client.get(self.path)
        assert answer.status_code == 200, answer.status_code
        return len(found)

    async def ask(self) -> Answer:
        """The page through the ASGI application."""
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": self.path,
            "raw_path": self.path.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": self.headers,
            "client": ("127.0.0.1", 1),
            "server": (HOST, 80),
        }
        status = size = 0
        first = 0.0
        gone = asyncio.Event()
        asked = False

        async def receive() -> dict[str, Any]:
            nonlocal asked
            if not asked:
                asked = True
                return {"type": "http.request", "body": b"", "more_body": False}
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            nonlocal status, size, first
            if message["type"] == "http.response.start":
                status = message["status"]
                size += sum(len(name) + len(value) + 4 for name, value in message["headers"])
                return
            first = first or time.perf_counter()
            size += len(message.get("body", b""))

        begun, cpu = time.perf_counter(), time.process_time()
        await application(scope, receive, send)
        used = time.process_time() - cpu
        assert status == 200, (status, self.path)
        return Answer(status, size, 1000 * (first - begun), 1000 * used)


def main() -> None:
    """Make the drill, measure its pages."""
    plan, repeats = json.loads(sys.argv[1]), int(sys.argv[2])
    times = plan.pop("times")
    call_command("prepare", stdout=sys.stderr)
    begun = time.monotonic()
    exercise = large_drill(**plan)
    print(f"drill made in {time.monotonic() - begun:.0f} s", file=sys.stderr)
    if len(sys.argv) > 3:
        return profile(exercise, sys.argv[3])
    about = {"taskings": exercise.taskings.count(), "journal": exercise.journal_seq}
    rows = []
    readers = {page: Reader(exercise, page) for page in PAGES}
    changes = Changes(exercise)
    queries = {page: reader.queries() for page, reader in readers.items()}
    for repeat in range(1, repeats + 1):
        for page, reader in readers.items():
            answers = asyncio.run(many(reader, times, before=changes.next))
            again = asyncio.run(many(reader, times))
            cold = asyncio.run(many(reader, times, before=kept.forget))
            rows.append(
                {
                    "page": page,
                    "repeat": repeat,
                    "queries": queries[page],
                    "bytes": round(median(one.bytes for one in answers)),
                    "first_byte_ms": round(median(one.first_byte_ms for one in answers), 1),
                    "known_ms": round(median(one.first_byte_ms for one in again), 1),
                    "cold_ms": round(median(one.first_byte_ms for one in cold), 1),
                    "slowest_ms": round(max(one.first_byte_ms for one in answers), 1),
                    "cpu_ms": round(median(one.cpu_ms for one in answers), 1),
                    **about,
                }
            )
    print(json.dumps(rows))


async def many(
    reader: Reader, times: int, *, before: Callable[[], None] | None = None
) -> list[Answer]:
    """The same page again and again, and what comes before each, which is not in its time; the
    first few do not count.
    """
    answers = []
    for _time in range(WARM_UP + times):
        if before is not None:
            await sync_to_async(before)()
        answers.append(await reader.ask())
    return answers[WARM_UP:]


def profile(exercise: Exercise, page: str) -> None:
    """Where a page's time goes, by function; in one thread, through the test client."""
    reader = Reader(exercise, page)
    changes = Changes(exercise)
    for _time in range(WARM_UP):
        reader.client.get(reader.path)
    gc.collect()
    # The process's own time: other work on the machine must not look like ours.
    watch = cProfile.Profile(time.process_time)
    for _time in range(5):
        changes.next()
        watch.enable()
        reader.client.get(reader.path)
        watch.disable()
    show: Callable[..., Any] = pstats.Stats(watch).sort_stats
    show("cumulative").print_stats(70)
    show("tottime").print_stats(40)


if __name__ == "__main__":
    main()
