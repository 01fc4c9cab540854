"""Log lines for machines: one of each kind, with ids and without anything that is nobody's
business.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator
from io import StringIO
from subprocess import CompletedProcess
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from exercise import logs
from exercise.live import publish
from exercise.logs.lines import JsonLine
from exercise.logs.secrets import NoSecrets
from tests.factories import Drill, entry, make_drill, refuses
from units.models import SignInLink

pytestmark = pytest.mark.django_db
LOGGERS = ("exercise.screens.requests", "exercise.conduct.telling")


class Written:
    """What was written since it was last asked."""

    def __init__(self) -> None:
        self.stream = StringIO()

    def lines(self, logger: str = "") -> list[dict[str, Any]]:
        found = [json.loads(line) for line in self.stream.getvalue().splitlines()]
        self.stream.seek(0)
        self.stream.truncate()
        return [line for line in found if line["logger"].endswith(logger)]


@pytest.fixture
def written() -> Iterator[Written]:
    """The log as ``LOG_FORMAT=json`` writes it."""
    made = Written()
    handler = logging.StreamHandler(made.stream)
    handler.setFormatter(JsonLine())
    handler.addFilter(NoSecrets())
    root, levels = logging.getLogger(), {name: logging.getLogger(name).level for name in LOGGERS}
    root.addHandler(handler)
    for name in LOGGERS:
        logging.getLogger(name).setLevel(logging.INFO)
    yield made
    root.removeHandler(handler)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


@pytest.fixture
def drill() -> Drill:
    return make_drill(units=2, injects=[entry("1.01", 5, ["U1", "U2"])], started=True)


def signed_in(drill: Drill, role: str = "director") -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(drill.user(role), "django.contrib.auth.backends.ModelBackend")
    return client


# ── a command ───────────────────────────────────────────────────────────────────────────────────
def test_a_command_says_what_it_was_about_and_what_came_of_it(
    drill: Drill, written: Written
) -> None:
    drill.do("hold", inject_id=drill.inject("1.01").pk)
    (line,) = written.lines("telling")
    assert line["message"] == "command hold: done"
    assert line["exercise"] == drill.exercise.pk
    assert line["inject"] == drill.inject("1.01").pk
    assert line["user"] == drill.director.user_id
    assert (line["outcome"], line["entries"], line["injects"]) == ("done", 1, ["1.01"])
    assert line["level"] == "INFO"
    assert line["time"].endswith("Z")
    assert line["ms"] >= 0


def test_a_tasking_brings_its_inject_along(drill: Drill, written: Written) -> None:
    drill.later(5).sweep()
    written.lines()
    tasking = drill.tasking("1.01", "U1")
    drill.do("acknowledge", drill.actor("lead", "U1"), tasking_id=tasking.pk)
    (line,) = written.lines("telling")
    assert (line["tasking"], line["inject"]) == (tasking.pk, tasking.inject_id)


def test_the_timers_say_what_they_released_and_are_silent_when_there_is_nothing(
    drill: Drill, written: Written
) -> None:
    drill.later(1).sweep()
    assert written.lines("telling") == []
    drill.later(4).sweep()
    (line,) = written.lines("telling")
    assert (line["command"], line["injects"]) == ("sweep", ["1.01"])
    assert "user" not in line


def test_a_refusal_says_why(drill: Drill, written: Written) -> None:
    with refuses("wrong_status"):
        drill.do("close")
    (line,) = written.lines("telling")
    assert (line["command"], line["outcome"]) == ("close", "wrong_status")


def test_ids_end_with_what_they_belong_to(drill: Drill) -> None:
    drill.do("hold", inject_id=drill.inject("1.01").pk)
    assert logs.known() == {}


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_drawn_says_of_which_exercise(
    written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried_again = threading.Event()

    def fail(_exercise_id: int) -> bool:
        if written.stream.getvalue():
            tried_again.set()
            return True
        raise RuntimeError("không vẽ được")

    monkeypatch.setattr(publish, "publish", fail)
    publish.Publisher().kick(41)
    assert tried_again.wait(60)
    (line,) = written.lines("publish")
    assert line["exercise"] == 41
    assert "RuntimeError" in line["exc_info"]


# ── a request ───────────────────────────────────────────────────────────────────────────────────
def test_a_request_says_who_asked_for_what_and_how_long_it_took(
    drill: Drill, written: Written
) -> None:
    path = reverse("console", args=[drill.exercise.code])
    answer = signed_in(drill).get(f"{path}?q=bi-mat")
    (line,) = written.lines("requests")
    assert line["request"] == answer["X-Request-ID"]
    assert (line["method"], line["path"], line["route"]) == ("GET", path, "console")
    assert (line["status"], line["user"]) == (200, drill.user("director").pk)
    assert line["ms"] >= 0
    assert "bi-mat" not in json.dumps(line)


def test_a_request_and_its_command_carry_the_same_id(drill: Drill, written: Written) -> None:
    signed_in(drill).post(
        reverse("do", args=[drill.exercise.code, "pause"]), headers={"X-Request-ID": "cua-proxy-1"}
    )
    lines = written.lines()
    assert [line["request"] for line in lines] == ["cua-proxy-1"] * 2
    assert [line.get("command") for line in lines] == ["pause", None]


@pytest.mark.parametrize("given", ["", "ngắn", 'x"}\n{"y', "x" * 65])
def test_an_id_that_is_none_is_replaced(given: str, written: Written) -> None:
    answer = Client().get("/code/", headers={"X-Request-ID": given})
    assert answer["X-Request-ID"] != given
    assert len(answer["X-Request-ID"]) == 16


def test_probes_are_not_worth_a_line_each(written: Written) -> None:
    Client().get("/healthz")
    assert written.lines("requests") == []


# ── what no line says ───────────────────────────────────────────────────────────────────────────
def test_no_line_has_a_secret_a_name_or_what_somebody_wrote(drill: Drill, written: Written) -> None:
    drill.later(5).sweep()
    lead = drill.user("lead", "U1")
    _link, token, code = SignInLink.issue(lead)
    lead.name = "Nguyễn Thị Bí Mật"
    lead.save()
    client = Client()
    client.get(reverse("go", args=[token]))
    client.get(f"/go/{token}")  # mistyped: not an address of ours
    client.get(f"/{token}")
    client.get(reverse("board_public", args=[drill.exercise.board_token]))
    client.post(reverse("code"), {"code": code})
    client.post(
        reverse("do", args=[drill.exercise.code, "report"]),
        {"tasking_id": drill.tasking("1.01", "U1").pk, "text": "Lời báo cáo"},
    )
    Client(enforce_csrf_checks=True).post(reverse("go", args=[token]))  # Django says so itself
    session = client.cookies["sessionid"].value
    lines = written.lines()
    said = json.dumps(lines, ensure_ascii=False)
    assert len(lines) >= 8
    assert [line for line in lines if line["logger"].startswith("django.security")]
    for secret in (token, code, drill.exercise.board_token, session, "Bí Mật", "Lời báo cáo"):
        assert secret not in said


def test_an_error_says_where_and_about_what_without_the_secret_in_its_address(
    drill: Drill, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object, **_given: object) -> None:
        with logs.about(exercise=7, inject=8):
            raise RuntimeError("không đọc được")

    monkeypatch.setattr("exercise.screens.landing.authenticate", fail)
    client = Client(raise_request_exception=False)
    assert client.post(reverse("go", args=["ma-bi-mat"])).status_code == 500
    (line,) = written.lines("django.request")
    assert "RuntimeError: không đọc được" in line["exc_info"]
    assert (line["exercise"], line["inject"]) == (7, 8)
    assert "ma-bi-mat" not in json.dumps(line)
    assert "cookie" not in json.dumps(line).lower()


# ── processes ───────────────────────────────────────────────────────────────────────────────────
SETTINGS = """
import django; django.setup()
import logging
from exercise import logs
with logs.about(exercise=3):
    logging.getLogger("any").warning("một lời")
    logging.getLogger("exercise.conduct.telling").info("command x: done")
"""
CELERY = """
import logging
from exercise.celery import app
app.log.setup(loglevel="WARNING", redirect_stdouts=True)
from exercise import logs
with logs.about(exercise=3):
    logging.getLogger("exercise.timing.beat").warning("một lời")
logging.getLogger("celery.beat").info("beat: Starting...")
try:
    1 / 0
except ZeroDivisionError:
    logging.getLogger("celery.app.trace").exception("Task failed")
"""
UVICORN = """
import logging
import uvicorn
uvicorn.Config("exercise.asgi:application", log_level="warning").load()
logging.getLogger("uvicorn.error").warning("một lời")
logging.getLogger("uvicorn.access").info("GET /live/1/?t=bi-mat")
"""

REFUSED = """
import django; django.setup()
from django.test import Client
client = Client(enforce_csrf_checks=True, HTTP_HOST="localhost")
print(client.post("/go/ma-bi-mat/").status_code)
"""

Program = Callable[..., "CompletedProcess[str]"]


def test_lines_are_for_people_unless_asked_for_otherwise(program: Program) -> None:
    done = program(SETTINGS)
    assert done.stderr.rstrip().endswith(" WARNING any một lời")
    assert len(done.stderr.splitlines()) == 1


def test_lines_are_for_machines_when_asked_for(program: Program) -> None:
    done = program(SETTINGS, LOG_FORMAT="json")
    first, second = map(json.loads, done.stderr.splitlines())
    assert (first["message"], first["exercise"]) == ("một lời", 3)
    assert second["message"] == "command x: done"


def test_worker_and_beat_write_the_same(program: Program) -> None:
    done = program(CELERY, LOG_FORMAT="json")
    first, second = map(json.loads, done.stderr.splitlines())
    assert (first["logger"], first["exercise"]) == ("exercise.timing.beat", 3)
    assert "ZeroDivisionError" in second["exc_info"]


def test_the_web_server_writes_the_same(program: Program) -> None:
    done = program(UVICORN, LOG_FORMAT="json")
    warned, line = map(json.loads, done.stderr.splitlines())
    assert warned["logger"] == "py.warnings"  # static files were never built here
    assert (line["logger"], line["message"]) == ("uvicorn.error", "một lời")


def test_a_format_nobody_knows_is_refused(program: Program) -> None:
    done = program(SETTINGS, LOG_FORMAT="xml")
    assert done.returncode
    assert "LOG_FORMAT is line or json, not 'xml'." in done.stderr


@pytest.mark.parametrize("form", ["line", "json"])
def test_in_either_format_a_refused_form_does_not_show_the_link_it_came_by(
    program: Program, form: str
) -> None:
    done = program(REFUSED, LOG_FORMAT=form, DEBUG="1")
    assert done.stdout.strip() == "403", done.stderr
    assert "Forbidden" in done.stderr
    assert "/go/…/" in done.stderr
    assert "ma-bi-mat" not in done.stderr
