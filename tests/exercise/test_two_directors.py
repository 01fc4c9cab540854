"""Two people press the same button at the same moment, in two processes: one effect, one entry.

The database is a real one: a SQLite file with the project's options, or PostgreSQL.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

ROUNDS = 20
MINUTE = 60_000_000
HEAD_START_NS = 4_000_000
ROOT = Path(__file__).resolve().parents[2]
WHY = "Theo lệnh Ban Chỉ đạo"


class Desk:
    """One process of tests.exercise.desk."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.exercise.desk"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, do: str, *, at_us: int, go_ns: int = 0, **arguments: Any) -> None:
        assert self._process.stdin is not None
        request = {"do": do, "at_us": at_us, "go_ns": go_ns, "with": arguments}
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()

    def answer(self) -> Any:
        assert self._process.stdout is not None
        answer = json.loads(self._process.stdout.readline() or '{"error": "the desk is gone"}')
        assert "error" not in answer, answer["error"]
        return answer["answer"]

    def leave(self) -> None:
        self._process.kill()
        self._process.communicate()


class Room:
    """Two desks and one database."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.desks = [Desk(environment), Desk(environment)]
        self.alone("prepare")

    def alone(self, do: str, *, at_us: int = 0, **arguments: Any) -> Any:
        self.desks[0].ask(do, at_us=at_us, **arguments)
        return self.desks[0].answer()

    def together(self, do: str, *each: dict[str, Any], at_us: int = 0) -> list[Any]:
        """Both do it at one moment; the answers of both."""
        go_ns = time.time_ns() + HEAD_START_NS
        for desk, arguments in zip(self.desks, each, strict=True):
            desk.ask(do, at_us=at_us, go_ns=go_ns, **arguments)
        return [desk.answer() for desk in self.desks]

    def leave(self) -> None:
        for desk in self.desks:
            desk.leave()


def environment(var: Path, **more: str) -> dict[str, str]:
    own = ("DATABASE_URL", "PYTEST_XDIST_WORKER", "EXERCISE_VAR")
    kept = {name: value for name, value in os.environ.items() if name not in own}
    return {**kept, "EXERCISE_TESTS_VAR": str(var), **more}


@pytest.fixture(scope="module")
def sqlite_room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    room = Room(environment(tmp_path_factory.mktemp("sqlite")))
    yield room
    room.leave()


@pytest.fixture(scope="module")
def postgres_room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        pytest.skip("run by .ci/with-postgres")
    name = f"two_directors_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]
        own = {"DATABASE_URL": f"{url.rsplit('/', 1)[0]}/{name}"}
        room = Room(environment(tmp_path_factory.mktemp("postgres"), **own))
        yield room
        room.leave()
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[call-overload]


@pytest.fixture(
    params=[
        pytest.param("sqlite_room", id="sqlite"),
        pytest.param("postgres_room", id="postgresql", marks=pytest.mark.postgres),
    ]
)
def room(request: pytest.FixtureRequest) -> Room:
    room: Room = request.getfixturevalue(request.param)
    return room


class Play:
    """One drill of the room."""

    def __init__(self, room: Room) -> None:
        self.room = room
        made = room.alone("new_drill")
        self.exercise, self.injects = made["exercise"], made["injects"]

    def order(self, name: str, role: str = "director", place: int = 0, **more: Any) -> dict:
        return {
            "exercise": self.exercise,
            "name": name,
            "role": role,
            "place": place,
            "arguments": more,
        }

    def both(self, name: str, kind: str, roles: tuple[str, str] | None = None, **more: Any) -> str:
        """Two give the command; one effect and one entry of ``kind``; what the other was told."""
        before = Counter(self.look()["kinds"])
        first, second = (
            [self.order(name, role, **more) for role in roles]
            if roles
            else [self.order(name, place=place, **more) for place in (0, 1)]
        )
        answers = self.room.together("command", first, second, at_us=MINUTE)
        after = self.look()
        assert (Counter(after["kinds"]) - before)[kind] == 1
        assert after["verified"]
        assert after["differences"] == []
        assert sorted(answers, key=lambda code: code != "done")[0] == "done", answers
        (told,) = [code for code in answers if code != "done"]
        return str(told)

    def one(self, name: str, role: str = "director", **more: Any) -> None:
        assert self.room.alone("command", at_us=MINUTE, **self.order(name, role, **more)) == "done"

    def look(self) -> Any:
        return self.room.alone("look", exercise=self.exercise)


def test_two_at_once_have_one_effect_and_the_other_is_told_why(room):
    for _round in range(ROUNDS):
        play = Play(room)
        inject = play.injects["1.01"]
        assert play.both("pause", "clock_paused") == "wrong_state"
        play.one("resume")
        assert play.both("release", "inject_released", inject_id=inject) == "already"
        (tasking,) = play.look()["taskings"]
        unit = ("lead", "staff")
        told = play.both("acknowledge", "tasking_acknowledged", unit, tasking_id=tasking)
        assert told == "already"
        play.one("report_posture", "lead", unit_code="U1")
        told = play.both("confirm_posture", "posture_confirmed", unit_code="U1")
        assert told == "wrong_state"
        leaving = {"leaving": "transition", "override_reason": WHY}
        assert play.both("advance_phase", "phase_ended", **leaving) == "stale"
        assert play.look()["phase"] == "preparation"
        assert play.look()["kinds"] == [
            "exercise_started",
            "phase_started",
            "posture_ordered",
            "clock_paused",
            "clock_resumed",
            "inject_released",
            "tasking_acknowledged",
            "inject_closed",
            "posture_reported",
            "posture_confirmed",
            "phase_ended",
            "phase_started",
            "posture_ordered",
        ]


@pytest.mark.parametrize("do", ["sweep", "task"])
def test_two_workers_at_once_and_tasks_sent_twice_release_an_inject_once(room, do):
    for _round in range(ROUNDS // 2):
        play = Play(room)
        at = {"exercise": play.exercise}
        answers = room.together(do, at, at, at_us=5 * MINUTE)
        assert do == "task" or sorted(answers) == [0, 1]
        again = room.together(do, at, at, at_us=5 * MINUTE)
        assert do == "task" or again == [0, 0]
        seen = play.look()
        assert seen["kinds"].count("inject_released") == 1
        assert len(seen["taskings"]) == 1
        assert seen["verified"]
        assert seen["differences"] == []
