"""A backup is whole or not there, secret, and says what it holds."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from exercise import VERSION

from .installs import BASE, PREAMBLE, Install, file_size_limited

pytestmark = [pytest.mark.engine, pytest.mark.django_db]


def manifest_of(backup: Path) -> dict:
    with zipfile.ZipFile(backup) as bundle:
        return json.loads(bundle.read("manifest.json"))


def test_it_holds_every_row_every_file_and_the_key(install: Install, backup: Path) -> None:
    manifest = manifest_of(backup)
    with zipfile.ZipFile(backup) as bundle:
        assert bundle.testzip() is None
        for part in manifest["parts"]:
            content = bundle.read(part["name"])
            assert len(content) == part["bytes"]
            assert hashlib.sha256(content).hexdigest() == part["sha256"]
        assert bundle.read("secret_key") == (install.var / "secret_key").read_bytes()
        files = [name for name in bundle.namelist() if name.startswith("uploads/")]
        assert len(files) == 2
        for name in files:
            assert bundle.read(name) == (install.var / name).read_bytes()
    rows = install.rows()
    assert {table["name"]: table["rows"] for table in manifest["tables"]} == {
        name: len(found) for name, found in rows.items()
    }
    kind = "postgresql" if install.database_url else "sqlite"
    assert (manifest["format"], manifest["database"]) == ("staged-exercise-backup/1", kind)
    assert ["exercise", "0001_initial"] in manifest["migrations"]
    (journal,) = manifest["journals"]
    assert journal["entries"] > 5
    assert len(journal["head"]) == 64


def test_only_its_owner_may_read_it_and_its_checksum_is_beside_it(backup: Path) -> None:
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    checked = subprocess.run(
        ["sha256sum", "--check", "drill.zip.sha256"], cwd=backup.parent, capture_output=True
    )
    assert checked.returncode == 0
    assert sorted(path.name for path in backup.parent.glob("*drill*")) == [
        "drill.zip",
        "drill.zip.sha256",
    ]


def test_a_key_given_from_outside_stays_outside(install: Install, tmp_path: Path) -> None:
    out = tmp_path / "drill.zip"
    said = install.done("backup", out, SECRET_KEY="x" * 50)
    assert "without the secret key" in said
    with zipfile.ZipFile(out) as bundle:
        assert "secret_key" not in bundle.namelist()


def test_a_variable_that_is_empty_gives_no_key(install: Install, tmp_path: Path) -> None:
    assert "with the secret key" in install.done("backup", tmp_path / "drill.zip", SECRET_KEY="")


def test_one_that_is_there_is_replaced_only_when_told(install: Install, backup: Path) -> None:
    before = backup.read_bytes()
    assert "is there already" in install.refused("backup", backup)
    assert backup.read_bytes() == before
    install.done("backup", backup, "--force")
    digest = hashlib.sha256(backup.read_bytes()).hexdigest()
    assert backup.with_name("drill.zip.sha256").read_text() == f"{digest}  drill.zip\n"


def test_places_where_it_cannot_lie_are_refused(install: Install, tmp_path: Path) -> None:
    assert "among the uploaded files" in install.refused(
        "backup", install.var / "uploads" / "drill.zip"
    )
    assert "no directory" in install.refused("backup", tmp_path / "nowhere" / "drill.zip")
    assert "is a directory" in install.refused("backup", tmp_path)


def test_without_room_nothing_is_left_and_a_former_one_stays(
    install: Install, backup: Path, tmp_path: Path
) -> None:
    before = backup.read_bytes()
    with file_size_limited(60_000):  # SQLite's own shared memory has 32 KB
        told = install.refused("backup", tmp_path / "another.zip")
        install.refused("backup", backup, "--force")
    assert "No room for the backup" in told
    assert backup.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == [
        "drill.zip",
        "drill.zip.sha256",
    ]


def test_it_can_be_piped_elsewhere(install: Install, tmp_path: Path) -> None:
    out = tmp_path / "piped.zip"
    with out.open("wb") as stream:
        done = subprocess.run(
            [sys.executable, "manage.py", "backup", "-"],
            cwd=BASE,
            env=install.environment,
            stdout=stream,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert done.returncode == 0, done.stderr
    assert hashlib.sha256(out.read_bytes()).hexdigest() in done.stderr
    assert len(manifest_of(out)["tables"]) > 20


def test_it_can_be_made_where_nothing_lies_but_what_an_image_holds(
    install: Install, tmp_path: Path
) -> None:
    """Neither pyproject.toml nor an installed package tells the version there."""
    image, out = tmp_path / "image", tmp_path / "drill.zip"
    image.mkdir()
    for name in re.findall(r"^COPY (\S+) \S+$", (BASE / "deploy/Dockerfile").read_text(), re.M):
        copy = shutil.copytree if (BASE / name).is_dir() else shutil.copy
        copy(BASE / name, image / name)
    done = subprocess.run(
        [sys.executable, "manage.py", "backup", out],
        cwd=image,
        env=install.environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert manifest_of(out)["product"] == VERSION


def test_a_pipe_that_is_full_is_a_refusal(install: Install) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "manage.py", "backup", "-"],
            cwd=BASE,
            env=install.environment,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert done.returncode == 1
    assert "CommandError: The backup cannot be written" in done.stderr


def test_a_file_that_the_install_has_lost_is_named(install: Install, tmp_path: Path) -> None:
    lost = next(path for path in (install.var / "uploads").rglob("*") if path.is_file())
    lost.unlink()
    out = tmp_path / "drill.zip"
    ended = install.manage("backup", out)
    name = str(lost.relative_to(install.var / "uploads"))
    assert ended.returncode == 3
    assert f"uploads/{name}" in ended.stderr
    assert manifest_of(out)["missing_files"] == [name]


def test_a_file_name_that_leads_out_of_the_uploads_is_not_followed(
    install: Install, tmp_path: Path
) -> None:
    install.python("Attachment.objects.update(file='../secret_key')")
    out = tmp_path / "drill.zip"
    assert install.manage("backup", out, SECRET_KEY="x" * 50).returncode == 3
    assert manifest_of(out)["missing_files"] == ["../secret_key"]
    with zipfile.ZipFile(out) as bundle:
        assert not [name for name in bundle.namelist() if "secret" in name]


# ── while a drill goes on ───────────────────────────────────────────────────────────────────────
MEANWHILE = """
import io, pathlib
from exercise.archive.packing import pack
from exercise.archive.snapshot import snapshot

drill = drill_of_this_install()
lead = drill.actor("lead", "U1")
tasking = drill.tasking("1.01", "U1")
before = JournalEntry.objects.count()

def report(word):
    return drill.do("report", lead, tasking_id=tasking.pk, text=word, files=[upload(word)])

with snapshot() as source:
    report("sau khi chụp")                       # a command is not kept waiting
    assert JournalEntry.objects.count() == before + 1
    out = io.BytesIO()
    packed = pack(out, source, uploads=pathlib.Path(settings.MEDIA_ROOT), key=None)

assert packed.manifest["journals"][0]["entries"] == before
files = [p["name"] for p in packed.manifest["parts"] if p["name"].startswith("uploads/")]
assert len(files) == 2 and not packed.manifest["missing_files"]
"""


def test_a_snapshot_keeps_nobody_waiting_and_sees_nothing_of_what_comes_after(
    install: Install,
) -> None:
    install.python(MEANWHILE)


@pytest.mark.postgres
def test_the_server_gives_a_slow_reader_all_the_time_it_takes(install: Install) -> None:
    """While uploads go through a slow pipe, or a large copy is proved, nothing is asked of it."""
    install.python(
        """
        from django.db import connections
        from exercise.archive.building import building
        from exercise.archive.snapshot import snapshot

        def limits(using):
            with connections[using].cursor() as cursor:
                for name in ("idle_in_transaction_session_timeout", "statement_timeout"):
                    cursor.execute(f"SHOW {name}")
                    yield cursor.fetchone()[0]

        assert set(limits("default")) == {"10s", "1min"}
        with snapshot() as source:
            assert set(limits(source.using)) == {"0"}
        with building(connections["default"].settings_dict) as under_way:
            assert set(limits(under_way.using)) == {"0"}
        """
    )


REPORTING = """
import sys, threading
from django.db import connection

drill = drill_of_this_install()
lead, tasking = drill.actor("lead", "U1"), drill.tasking("1.01", "U1")
stop = threading.Event()

class Broken(Exception): ...

def report(place):
    number = 0
    while not stop.is_set():
        number += 1
        word = f"{place}-{number}"
        try:
            with conduct.base.conducting(drill.exercise.pk, lead, name="report") as under_way:
                conduct.taskings._report(
                    under_way, under_way.tasking(tasking.pk), text=word, quantity={},
                    document={}, files=[upload(word)],
                )
                if number % 3 == 0:
                    raise Broken        # its file is there, and goes again
        except Broken:
            pass
        stop.wait(0.02)                 # the more there is, the longer the rest takes
    connection.close()

threads = [threading.Thread(target=report, args=(place,)) for place in range(2)]
for thread in threads:
    thread.start()
print("reporting", flush=True)
sys.stdin.read()
stop.set()
for thread in threads:
    thread.join()
"""


@pytest.mark.timeout(400)
def test_of_a_backup_made_while_units_report_no_row_lacks_its_file(
    install: Install, elsewhere: Install, tmp_path: Path
) -> None:
    reporting = subprocess.Popen(
        [sys.executable, "-c", PREAMBLE + REPORTING],
        cwd=BASE,
        env=install.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert reporting.stdout is not None
        assert reporting.stdout.readline() == "reporting\n"
        outs = [tmp_path / f"drill-{number}.zip" for number in range(4)]
        for out in outs:
            install.done("backup", out)
    finally:
        reporting.communicate("", timeout=30)
    assert reporting.returncode == 0
    reports = []
    for out in outs:
        manifest = manifest_of(out)
        assert manifest["missing_files"] == []
        tables = {table["name"]: table for table in manifest["tables"]}
        reports.append(tables["exercise.report"]["rows"])
        place = tables["exercise.attachment"]["columns"].index("file")
        with zipfile.ZipFile(out) as bundle:
            lines = bundle.read("rows/exercise.attachment.jsonl").splitlines()
            named = {json.loads(line)[place] for line in lines}
            parts = {name for name in bundle.namelist() if name.startswith("uploads/")}
        # A row for every file as well: what a refused command wrote is in none.
        assert parts == {f"uploads/{name}" for name in named}
        assert len(named) == tables["exercise.report"]["rows"] + 1
    assert reports[0] < reports[-1], "nobody reported meanwhile"
    elsewhere.done("restore", outs[-1])
    assert "chain whole, rows as replayed" in elsewhere.done("verify_journal")
