"""Errors sent to a Sentry server: only where one is named, and nothing but what helps."""

from __future__ import annotations

import gzip
import json
import threading
import tomllib
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from subprocess import CompletedProcess
from typing import Any

import pytest

from exercise import VERSION
from tests.health.conftest import ROOT

Program = Callable[..., "CompletedProcess[str]"]

IMPORTED = """
import sys
import django; django.setup()
import exercise.asgi, exercise.celery, exercise.urls, exercise.timing.tasks
print([name for name in sys.modules if name.startswith("sentry")])
"""
FAILING = """
import django; django.setup()
import logging
from unittest.mock import patch
from django.test import Client
from exercise import logs
from exercise.celery import app
from exercise.screens import landing

def fail(*_arguments, **_given):
    held = "bien-bi-mat"
    with logs.about(exercise=7, inject=8):
        raise RuntimeError("hỏng ở đây\\nDETAIL:  Key (name)=(Bí Mật)")

client = Client(raise_request_exception=False, HTTP_HOST="localhost")
client.cookies["django_language"] = "cookie-bi-mat"
with patch.object(landing, "authenticate", fail), patch.object(landing, "wall_us", fail):
    answer = client.post(
        "/go/token-bi-mat/?q=truy-van-bi-mat",
        {"text": "loi-bi-mat"},
        headers={"Authorization": "Bearer dau-bi-mat", "X-Request-ID": "yeu-cau-1"},
        REMOTE_ADDR="192.0.2.99",
    )
print(answer.status_code)

@app.task(name="any.task")
def failing_task(word):
    raise RuntimeError("việc hỏng")

failing_task.apply(["tham-so-bi-mat"])
with logs.about(exercise=9):
    logging.getLogger("exercise.any").error("không vẽ được %s", "chen-bi-mat")
import sentry_sdk
sentry_sdk.flush(30)
"""


class Server(ThreadingHTTPServer):
    """Takes in what is sent, and answers as Sentry does."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.taken: list[bytes] = []

    @property
    def dsn(self) -> str:
        return f"http://khoa@127.0.0.1:{self.server_port}/1"

    def events(self) -> list[dict[str, Any]]:
        """The events out of the envelopes: a header line, then pairs of header and body."""
        found = []
        for envelope in self.taken:
            _head, *lines = envelope.split(b"\n")
            for head, body in zip(lines[::2], lines[1::2], strict=False):
                if json.loads(head)["type"] == "event":
                    found.append(json.loads(body))
        return found


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        assert isinstance(self.server, Server)
        self.server.taken.append(body)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_arguments: Any) -> None:
        """Silent."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as made:
        thread = threading.Thread(target=made.serve_forever)
        thread.start()
        yield made
        made.shutdown()
        thread.join()


def test_the_version_is_the_one_that_is_packaged() -> None:
    packaged = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert packaged["project"]["version"] == VERSION


def test_nothing_of_it_is_loaded_where_no_server_is_named(program: Program) -> None:
    done = program(IMPORTED)
    assert done.stdout.strip() == "[]", done.stderr


def test_errors_arrive_with_what_helps_and_nothing_else(program: Program, server: Server) -> None:
    done = program(FAILING, SENTRY_DSN=server.dsn, SENTRY_ENVIRONMENT="tap-thu")
    assert done.stdout.split() == ["500"], done.stderr
    events = server.events()
    by_value = {
        event["exception"]["values"][-1]["value"]: event for event in events if "exception" in event
    }
    assert set(by_value) == {"hỏng ở đây", "việc hỏng"}
    page = by_value["hỏng ở đây"]
    assert page["environment"] == "tap-thu"
    assert page["release"] == f"staged-exercise@{VERSION}"
    assert page["tags"] == {"request": "yeu-cau-1", "exercise": "7", "inject": "8"}
    assert page["transaction"] == "/go/{token}/"
    (said,) = [event for event in events if "logentry" in event]
    assert said["logentry"] == {"message": "không vẽ được %s"}
    assert said["tags"] == {"exercise": "9"}
    everything = b"".join(server.taken).decode()
    assert "bi-mat" not in everything
    assert "Bí Mật" not in everything
    assert "192.0.2.99" not in everything
    assert "django_language" not in everything


def test_a_server_that_is_away_takes_nothing_with_it(program: Program) -> None:
    done = program(FAILING, SENTRY_DSN="http://khoa@127.0.0.1:1/1")
    assert done.stdout.split() == ["500"], done.stderr
