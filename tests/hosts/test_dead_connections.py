"""A connection to the database whose network is gone for good, without a word.

By the kernels' defaults a query into it waits a quarter of an hour, an answer is waited for without
end, and a lock that it held stays for two hours.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from subprocess import PIPE

import pytest

from .conftest import hosts
from .install import Install

pytestmark = [pytest.mark.hosts, pytest.mark.timeout(240)]

WITHIN_S = 90
"""Far above what is set, far below the kernels' own patience."""
SETUP = """
import sys, django
django.setup()
from django.db import connection, transaction, Error
from exercise.models import TimerHeartbeat
def ask(words):
    with connection.cursor() as cursor:
        cursor.execute(words)
def say(words):
    print(words, flush=True)
def cut():
    say("ready")
    sys.stdin.readline()
"""
ASK = """
ask("SELECT 1")
cut()
try:
    ask("SELECT 1")
except Error:
    say("given up")
"""
WAIT = """
ask("SELECT 1")
say("ready")
try:
    ask("SELECT pg_sleep(8)")
except Error:
    say("given up")
"""
CONNECT = """
cut()
try:
    ask("SELECT 1")
except Error:
    say("given up")
"""
LOCK = """
with transaction.atomic():
    TimerHeartbeat.objects.select_for_update().get(pk=1)
    cut()
    sys.stdin.readline()
"""
TAKE_OVER = """
from exercise.clock import wall_us
while True:
    try:
        with transaction.atomic():
            TimerHeartbeat.objects.select_for_update().get(pk=1)
            break
    except Error:
        connection.close()
say("taken over")
"""


@pytest.fixture(scope="module")
def database() -> Iterator[Install]:
    """Only the database runs."""
    with hosts() as made:
        made.start_database()
        row = "from exercise.models import TimerHeartbeat as T; T.objects.create(pk=1, wall_us=0)"
        made.python("manage.py", "shell", "-c", row, host="database")
        yield made


@contextmanager
def running(install: Install, host: str, program: str) -> Iterator[subprocess.Popen[str]]:
    """A program with the product's settings on a host, which said that it is ready."""
    process = install.popen("-c", SETUP + program, host=host, stdout=PIPE)
    try:
        yield process
    finally:
        process.kill()


def hears(process: subprocess.Popen[str], words: str) -> bool:
    """Whether the program says this within the time that is set."""
    assert process.stdout
    done = subprocess.run(  # a line or nothing: a pipe cannot be read with a limit
        ["timeout", str(WITHIN_S), "head", "-n", "1"],
        stdin=process.stdout,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() == words


def tell(process: subprocess.Popen[str]) -> None:
    assert process.stdin
    process.stdin.write("\n")
    process.stdin.flush()


@pytest.mark.parametrize("program", [ASK, WAIT, CONNECT], ids=["asking", "waiting", "connecting"])
def test_a_database_that_went_silent_is_given_up_within_seconds(
    database: Install, program: str
) -> None:
    with running(database, "web1", program) as web:
        assert hears(web, "ready")
        with database.network.cut(["web1"], ["database"]):
            tell(web)
            assert hears(web, "given up")


def test_the_lock_of_a_host_that_went_silent_is_let_go_within_seconds(database: Install) -> None:
    with running(database, "worker1", LOCK) as gone:
        assert hears(gone, "ready")
        with (
            database.network.cut(["worker1"], ["database"]),
            running(database, "worker2", TAKE_OVER) as heir,
        ):
            assert hears(heir, "taken over")
