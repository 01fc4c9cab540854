"""A drill is backed up in its middle, its host is lost, and it is played to its end on another.

The real tree on both: its own directory, broker, port and, on PostgreSQL, database.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.archive.installs import BASE, Install, fresh

from .test_tree import free_port, wait_for

pytestmark = [pytest.mark.engine, pytest.mark.django_db]
HIGH_S = 90.0

MAKE = """
from pathlib import Path
from exercise.players.rehearsal import Rehearsal
from scenarios.reading import load
play = Rehearsal(Path({path!r}), pace=240, units_late=0)
print(play.prepare(load(play.source)).code)
"""


@contextmanager
def process(install: Install, *words: object, **given: str) -> Iterator[subprocess.Popen[bytes]]:
    """A command that runs until the block ends, in a group of its own."""
    log = install.var.parent / f"{words[0]}.out"
    with log.open("wb") as out:
        started = subprocess.Popen(
            [sys.executable, "manage.py", *map(str, words)],
            cwd=BASE,
            env=install.environment | given,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield started
    finally:
        if started.poll() is None:
            started.send_signal(signal.SIGTERM)
            try:
                started.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(started.pid, signal.SIGKILL)
                started.wait()


@contextmanager
def host(install: Install, code: str) -> Iterator[list[subprocess.Popen[bytes]]]:
    """The tree at work, with players for everybody."""
    with ExitStack() as held:
        tree = held.enter_context(process(install, "run", PORT=str(free_port())))
        said = install.var.parent / "run.out"
        wait_for(lambda: "Ctrl-C" in said.read_text() or tree.poll() is not None, HIGH_S)
        assert tree.poll() is None, said.read_text()
        players = held.enter_context(process(install, "players", code, "--units-late", 0))
        yield [tree, players]


def released(install: Install) -> list[str]:
    return [row[-5] for row in journal(install) if "inject_released" in row]


def journal(install: Install) -> list[list]:
    return install.rows()["exercise.journalentry"]


def status(install: Install) -> str:
    (exercise,) = install.rows()["exercise.exercise"]
    return str(exercise[8])


@pytest.mark.timeout(400)
def test_backed_up_in_mid_drill_it_is_played_to_its_end_on_another_host(
    small: Path, tmp_path: Path
) -> None:
    here, there = fresh(tmp_path / "a" / "var"), fresh(tmp_path / "b" / "var")
    here.migrate()
    code = here.python(MAKE.format(path=str(small))).strip().splitlines()[-1]
    backup = tmp_path / "drill.zip"
    with host(here, code) as running:
        # In the middle: a photo has been sent, and most is still to come.
        wait_for(lambda: here.rows()["exercise.attachment"], HIGH_S)
        here.done("backup", backup)
        assert status(here) == "running"
        for lost in running:  # the machine is gone, all at once
            os.killpg(lost.pid, signal.SIGKILL)
            lost.wait()
    went_on = len(journal(here))

    said = there.done("restore", backup)
    assert f"{code} is paused at" in said
    restored = journal(there)
    assert restored[:-1] == journal(here)[: len(restored) - 1]
    assert len(restored) - 1 <= went_on
    assert status(there) == "paused"

    there.python(
        "drill = drill_of_this_install(); conduct.resume(drill.exercise.pk, drill.director)"
    )
    with host(there, code):
        wait_for(lambda: status(there) == "ended", 4 * HIGH_S)

    assert "chain whole, rows as replayed" in there.done("verify_journal")
    assert journal(there)[: len(restored)] == restored
    assert Counter(released(there)) == {"1.01": 1, "1.02": 1, "2.01": 1, "3.01": 1}
    facts = json.loads(
        there.python(
            """
            import json
            print(json.dumps({
                "states": sorted(Tasking.objects.values_list("state", flat=True)),
                "files": [[str(one.file), one.sha256] for one in Attachment.objects.all()],
                "kinds": drill_of_this_install().kinds,
                "due": Inject.objects.exclude(state="closed").count(),
            }))
            """
        )
    )
    assert len(facts["states"]) == 8
    assert set(facts["states"]) <= {"completed", "verified"}
    assert facts["due"] == 0
    assert facts["kinds"].count("exercise_started") == 1
    assert facts["kinds"].count("outage_recovered") == 1
    assert len(facts["files"]) == 2
    for name, sha256 in facts["files"]:
        content = (there.var / "uploads" / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == sha256
