"""A backup becomes an install: the same rows on either database, and nothing lost on the way."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from exercise.supervisor import broker

from .installs import BASE, Install, fresh

pytestmark = [pytest.mark.engine, pytest.mark.django_db]
RECOVERED = {"exercise.exercise", "exercise.journalentry"}
"""What changes after the restoring, because a running exercise is paused."""


def test_another_host_has_the_same_rows_files_and_key(
    install: Install, backup: Path, elsewhere: Install
) -> None:
    said = elsewhere.done("restore", backup)
    assert "1 journals verified" in said
    before, after = install.rows(), elsewhere.rows()
    assert {name for name in before if before[name] != after[name]} == RECOVERED
    entries = "exercise.journalentry"
    assert after[entries][:-1] == before[entries]
    here, there = install.var / "uploads", elsewhere.var / "uploads"
    names = sorted(path.relative_to(here) for path in here.rglob("*") if path.is_file())
    assert names == sorted(path.relative_to(there) for path in there.rglob("*") if path.is_file())
    assert [(here / name).read_bytes() for name in names] == [
        (there / name).read_bytes() for name in names
    ]
    key = elsewhere.var / "secret_key"
    assert key.read_text() == (install.var / "secret_key").read_text()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(elsewhere.var.stat().st_mode) == 0o700
    assert not [path for path in elsewhere.var.iterdir() if path.name.endswith(".new")]
    assert "chain whole, rows as replayed" in elsewhere.done("verify_journal")


def test_what_ran_stands_at_its_last_sign_of_life(
    install: Install, backup: Path, elsewhere: Install
) -> None:
    said = elsewhere.done("restore", backup)
    # Six minutes had been played when something was last written down, and no timers since.
    assert "is paused at D1 07:06" in said
    elsewhere.python(
        """
        exercise = Exercise.objects.get()
        assert (exercise.status, exercise.stop_reason) == ("paused", "outage")
        assert exercise.anchor_us == 6 * MINUTE
        assert exercise.journal.order_by("seq").last().kind == "outage_recovered"
        conduct.resume(exercise.pk, Drill(exercise).director)
        assert Exercise.objects.get().running
        """
    )


def test_the_heartbeat_is_a_sign_of_life_too(
    install: Install, elsewhere: Install, tmp_path: Path
) -> None:
    install.python("TimerHeartbeat.objects.create(wall_us=T0 + 20 * MINUTE)")
    install.done("backup", tmp_path / "drill.zip")
    assert "is paused at D1 07:20" in elsewhere.done("restore", tmp_path / "drill.zip")


def test_new_rows_are_numbered_on(install: Install, elsewhere: Install, tmp_path: Path) -> None:
    """Even where the highest number was given to a row that is gone."""
    install.python("print([Unit.objects.create(code=f'X{n}', name='X').pk for n in range(3)])")
    last = int(
        install.python("print(Unit.objects.latest('pk').pk); Unit.objects.latest('pk').delete()")
    )
    install.done("backup", tmp_path / "drill.zip")
    elsewhere.done("restore", tmp_path / "drill.zip")
    assert int(elsewhere.python("print(Unit.objects.create(code='Y', name='Y').pk)")) == last + 1
    elsewhere.python("drill_of_this_install().do('revoke_board_link')")


def test_the_journal_is_protected_there_too(backup: Path, elsewhere: Install) -> None:
    elsewhere.done("restore", backup)
    elsewhere.python(
        """
        from django.db import DatabaseError, connection
        statements = ["UPDATE exercise_journalentry SET kind = 'x'",
                      "DELETE FROM exercise_journalentry"]
        if connection.vendor == "postgresql":
            statements.append("TRUNCATE exercise_journalentry")
        for statement in statements:
            with pytest.raises(DatabaseError, match="append-only"):
                connection.cursor().execute(statement)
        """
    )


# ── what is there already ───────────────────────────────────────────────────────────────────────
def test_an_install_that_holds_something_is_left_alone(install: Install, backup: Path) -> None:
    before = install.rows()
    assert "is not empty" in install.refused("restore", backup)
    assert install.rows() == before


def test_one_that_holds_files_alone_is_not_empty(backup: Path, elsewhere: Install) -> None:
    kept = elsewhere.var / "uploads" / "1" / "biên bản.pdf"
    kept.parent.mkdir(parents=True)
    kept.write_text("giữ lại")
    assert "there are uploaded files" in elsewhere.refused("restore", backup)
    assert kept.read_text() == "giữ lại"


def test_uploads_on_a_disk_of_their_own_are_refused_before_anything_is_changed(
    install: Install, backup: Path, tmp_path: Path
) -> None:
    uploads, shared = install.var / "uploads", tmp_path / "shared"
    uploads.rename(shared)
    uploads.symlink_to(shared)
    before = install.rows()
    assert "leads to another disk" in install.refused("restore", backup, "--replace")
    assert install.rows() == before
    assert uploads.is_symlink()
    assert not list(install.var.glob("replaced-*"))


def test_the_key_of_a_replaced_install_is_kept_even_where_nothing_else_was(
    install: Install, backup: Path
) -> None:
    """On PostgreSQL the database stays on its server, and there need be no uploads yet."""
    shutil.rmtree(install.var / "uploads")
    key = install.var / "secret_key"
    key.write_text("khoá cũ")
    install.done("restore", backup, "--replace")
    assert key.read_text() != "khoá cũ"
    (aside,) = install.var.glob("replaced-*")
    assert (aside / "secret_key").read_text() == "khoá cũ"


def test_replaced_it_is_kept_aside(install: Install, backup: Path) -> None:
    install.python("drill_of_this_install().do('set_overdue_policy', policy='space')")
    (install.var / "uploads" / "rest.txt").write_text("x")
    (install.var / "broker").mkdir()
    (install.var / "broker" / "appendonly").write_text("x")
    changed = install.rows()
    said = install.done("restore", backup, "--replace")
    (aside,) = install.var.glob("replaced-*")
    assert str(aside) in said
    assert (aside / "uploads" / "rest.txt").is_file()
    assert not (install.var / "uploads" / "rest.txt").exists()
    assert (aside / "broker" / "appendonly").is_file()
    assert not (install.var / "broker").exists()
    assert (aside / "secret_key").is_file()
    assert install.rows()["exercise.exercise"] != changed["exercise.exercise"]
    former = Install(aside)
    if install.database_url:
        schema = aside.name.replace("-", "_")
        assert f"schema {schema}" in said
        former = Install(aside, f"{install.database_url}?options=-c%20search_path%3D{schema}")
    assert former.rows() == changed


def test_while_its_supervisor_runs_it_is_left_alone(install: Install, backup: Path) -> None:
    holding = (
        "import sys\nfrom pathlib import Path\n"
        "from exercise.supervisor.premises import sole_supervisor\n"
        f"with sole_supervisor(Path({str(install.var)!r})):\n"
        "    print('held', flush=True)\n    sys.stdin.read()\n"
    )
    supervisor = subprocess.Popen(
        [sys.executable, "-c", holding],
        cwd=BASE,
        env=install.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert supervisor.stdout is not None
        assert supervisor.stdout.readline() == "held\n"
        told = install.refused("restore", backup, "--replace")
    finally:
        supervisor.communicate("", timeout=10)
    assert f"already running on {install.var} (process {supervisor.pid})" in told
    assert "Stop it first" in told


def test_while_processes_started_by_hand_use_its_broker_it_is_left_alone(
    install: Install, backup: Path
) -> None:
    kept = subprocess.Popen(broker.command(install.var), stdout=subprocess.DEVNULL)
    try:
        while not broker.answers(broker.socket_path(install.var)):
            assert kept.poll() is None
        assert "is running" in install.refused("restore", backup, "--replace")
    finally:
        kept.kill()
        kept.wait()


def test_while_timers_on_any_machine_move_the_heartbeat_it_is_left_alone(
    install: Install, backup: Path
) -> None:
    beating = install.environment | {"REDIS_URL": "redis://127.0.0.1:1/0"}
    code = """
import django, os, time
os.environ["DJANGO_SETTINGS_MODULE"] = "exercise.settings"
django.setup()
from exercise.models import TimerHeartbeat
from exercise.clock import wall_us
while True:
    TimerHeartbeat.objects.update_or_create(pk=1, defaults={"wall_us": wall_us()})
    print("beat", flush=True)
    time.sleep(0.2)
"""
    timers = subprocess.Popen(
        [sys.executable, "-c", code], cwd=BASE, env=beating, stdout=subprocess.PIPE, text=True
    )
    try:
        assert timers.stdout is not None
        assert timers.stdout.readline() == "beat\n"
        told = install.refused("restore", backup, "--replace", REDIS_URL="redis://127.0.0.1:1/0")
    finally:
        timers.kill()
        timers.communicate()
    assert "timers of this install are at work" in told


# ── versions ────────────────────────────────────────────────────────────────────────────────────
def test_an_older_one_is_read_into_its_own_tables_and_migrated(
    elsewhere: Install, tmp_path: Path
) -> None:
    """As before reports had keys: the column was not there."""
    older = fresh(tmp_path / "older" / "var")
    older.done("migrate", "exercise", "0006", "--verbosity", "0")
    older.python(
        """
        from units.models import Unit
        Unit.objects.create(code="CU", name="Cũ")
        """
    )
    out = tmp_path / "older.zip"
    older.done("backup", out)
    elsewhere.done("restore", out)
    assert elsewhere.python("print(Unit.objects.get().code, Report.objects.count())") == "CU 0\n"

    assert elsewhere.done("prepare") == "nothing to do\n"


def test_one_of_newer_code_is_refused(install: Install, elsewhere: Install, tmp_path: Path) -> None:
    install.python(
        """
        from django.db.migrations.recorder import MigrationRecorder
        from django.db import connection
        MigrationRecorder(connection).record_applied("exercise", "9999_of_tomorrow")
        """
    )
    told = install.refused("backup", tmp_path / "drill.zip")
    assert "does not know exercise.9999_of_tomorrow" in told


def test_a_journal_tampered_with_before_the_backup_is_told_and_taken_only_when_told(
    install: Install, elsewhere: Install, tmp_path: Path
) -> None:
    install.python(
        """
        from django.db import connection
        on = " ON exercise_journalentry" if connection.vendor == "postgresql" else ""
        connection.cursor().execute("DROP TRIGGER journal_no_update" + on)
        JournalEntry.objects.filter(seq=3).update(actor_name="Ai đó")
        """
    )
    install.done("backup", tmp_path / "drill.zip")
    told = elsewhere.refused("restore", tmp_path / "drill.zip")
    assert "already broken" in told
    assert "entry 3 (content)" in told
    said = elsewhere.done("restore", tmp_path / "drill.zip", "--with-broken-journal")
    assert "entry 3 (content)" in said


# ── from one database to the other ──────────────────────────────────────────────────────────────
@pytest.mark.postgres
@pytest.mark.parametrize("to_postgres", [True, False])
def test_it_does_not_matter_from_which_database_it_came(to_postgres: bool, tmp_path: Path) -> None:
    here = fresh(tmp_path / "a" / "var", postgres=not to_postgres)
    here.migrate()
    here.python("a_drill_under_way()")
    here.done("backup", tmp_path / "drill.zip")
    there = fresh(tmp_path / "b" / "var", postgres=to_postgres)
    there.done("restore", tmp_path / "drill.zip")
    before, after = here.rows(), there.rows()
    assert {name for name in before if before[name] != after[name]} == RECOVERED
    assert "chain whole, rows as replayed" in there.done("verify_journal")
    there.python("drill_of_this_install().do('resume')")


# ── when it goes wrong half-way ─────────────────────────────────────────────────────────────────
def test_what_fails_half_way_leaves_everything_as_it_was(install: Install, backup: Path) -> None:
    before = install.rows()
    files = sorted(path for path in install.var.rglob("*") if "run" not in path.parts)
    code = f"""
from exercise.archive.building import Building
from exercise.archive.restoring import Restoring
from exercise.archive import CannotGoOn
from pathlib import Path
def broken(self): raise CannotGoOn("giữa chừng")
Building.require_triggers = broken
with pytest.raises(CannotGoOn, match="giữa chừng"):
    Restoring(Path({os.fspath(backup)!r}), replace=True).run(print)
"""
    install.python(code)
    assert install.rows() == before
    assert sorted(path for path in install.var.rglob("*") if "run" not in path.parts) == files
    if install.database_url:
        schemas = install.python(
            """
            from django.db import connection
            cursor = connection.cursor()
            cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'building%'")
            print(cursor.fetchall())
            """
        )
        assert schemas == "[]\n"
