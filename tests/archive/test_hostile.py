"""A file that is no backup, a damaged one, one made to do harm: refused, with nothing written."""

from __future__ import annotations

import hashlib
import json
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exercise.archive import CannotGoOn, opening
from exercise.archive.packing import pack
from exercise.archive.snapshot import Snapshot
from tests.factories import make_drill

pytestmark = [pytest.mark.engine, pytest.mark.django_db]
Parts = dict[str, bytes]


@pytest.fixture
def good(tmp_path: Path) -> Path:
    make_drill(units=1, started=True)
    key = tmp_path / "key"
    key.write_text("k" * 50)
    path = tmp_path / "drill.zip"
    with path.open("wb") as out:
        pack(out, Snapshot("default"), uploads=tmp_path, key=key)
    return path


def open_it(path: Path) -> bytes | None:
    """Read all of it; answers its key."""
    with opening.opened(path, room_at=path.parent) as backup:
        for table in backup.tables:
            list(backup.rows(table))
        return backup.key


def refused(path: Path) -> str:
    before = sorted(path.parent.rglob("*"))
    with pytest.raises(CannotGoOn) as caught:
        open_it(path)
    assert sorted(path.parent.rglob("*")) == before
    return str(caught.value)


def rebuilt(
    path: Path,
    change: Callable[[Parts, dict[str, Any]], None] = lambda parts, manifest: None,
    *,
    seal: bool = True,
    information: Callable[[str], zipfile.ZipInfo | str] = lambda name: name,
    more: tuple[tuple[str, bytes], ...] = (),
) -> Path:
    """The backup with something changed, its manifest made to agree where that can be done."""
    with zipfile.ZipFile(path) as bundle:
        parts = {name: bundle.read(name) for name in bundle.namelist()}
    manifest = json.loads(parts.pop("manifest.json"))
    change(parts, manifest)
    if seal:
        manifest["parts"] = [
            {"name": name, "bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}
            for name, body in parts.items()
        ]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, body in parts.items():
            bundle.writestr(information(name), body)
        bundle.writestr("manifest.json", json.dumps(manifest))
        for name, body in more:
            bundle.writestr(name, body)
    return path


def test_the_rebuilt_one_is_good_when_nothing_is_changed(good: Path) -> None:
    assert open_it(rebuilt(good)) == b"k" * 50


@pytest.mark.parametrize(
    "name",
    [
        "uploads/../../etc/cron.d/x",
        "uploads//etc/passwd",
        "/etc/passwd",
        "../secret_key",
        "uploads/.",
        "uploads/a/..",
        "uploads/a\\..\\b",
        "uploads/C:x",
        "uploads/a\nb",
        "uploads/",
        "uploads/sub/",
        "db.sqlite3",
        "rows/../x.jsonl",
        "rows/exercise.exercise.jsonl/x",
    ],
)
def test_a_name_that_leads_elsewhere(good: Path, name: str) -> None:
    def add(parts: Parts, manifest: dict[str, Any]) -> None:
        parts[name] = b"x"

    assert "no name of a part" in refused(rebuilt(good, add))


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO])
def test_links_and_devices(good: Path, kind: int) -> None:
    def add(parts: Parts, manifest: dict[str, Any]) -> None:
        parts["uploads/1/a.pdf"] = b"/etc/passwd"

    def information(name: str) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(name)
        info.external_attr = ((kind if "uploads" in name else stat.S_IFREG) | 0o644) << 16
        return info

    assert "no ordinary file" in refused(rebuilt(good, add, information=information))


def test_a_part_that_is_twice_in_it(good: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        path = rebuilt(good, more=(("secret_key", b"mine"),))
    assert "twice" in refused(path)


def test_a_part_that_the_manifest_does_not_name(good: Path) -> None:
    assert "differ" in refused(rebuilt(good, more=(("uploads/1/x.pdf", b"x"),)))


def test_a_part_that_is_not_there(good: Path) -> None:
    def take(parts: Parts, manifest: dict[str, Any]) -> None:
        del parts["rows/exercise.journalentry.jsonl"]

    assert "differ" in refused(rebuilt(good, take))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda body: body.replace(b"running", b"stopped"), "not as it was packed"),
        (lambda body: body + b"\n", "another size"),
        (lambda body: body[:-1], "another size"),
    ],
)
def test_a_part_that_was_changed(good: Path, change: Callable[[bytes], bytes], words: str) -> None:
    def alter(parts: Parts, manifest: dict[str, Any]) -> None:
        name = "rows/exercise.exercise.jsonl"
        assert change(parts[name]) != parts[name]
        parts[name] = change(parts[name])

    assert words in refused(rebuilt(good, alter, seal=False))


@pytest.mark.parametrize(
    "line", [b"{}\n", b"[1]\n", b"[\n", b"\xff\n", b"null\n", b"[" * 100_000 + b"\n"]
)
def test_a_row_that_is_none(good: Path, line: bytes) -> None:
    def alter(parts: Parts, manifest: dict[str, Any]) -> None:
        parts["rows/exercise.exercise.jsonl"] = line

    assert "a row of exercise.exercise" in refused(rebuilt(good, alter))


def test_a_row_larger_than_any_of_ours(good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "MOST_ROW_BYTES", 1000)

    def alter(parts: Parts, manifest: dict[str, Any]) -> None:
        parts["rows/exercise.exercise.jsonl"] = b"[" + b" " * 2000 + b"]\n"

    assert "larger" in refused(rebuilt(good, alter))


def test_one_that_unpacks_to_more_than_there_is_room_for_is_not_even_read(
    good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = type("Usage", (), {"free": 1000})()
    monkeypatch.setattr(opening.shutil, "disk_usage", lambda path: usage)
    monkeypatch.setattr(opening, "_check_content", lambda *args: pytest.fail("was read"))
    assert "No room" in refused(good)


def test_a_bomb_is_read_no_further_than_it_says(
    good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Manifest and directory agree on ten bytes; what is packed there are fifty million."""
    bomb, says = b"\0" * 50_000_000, 10

    def add(parts: Parts, manifest: dict[str, Any]) -> None:
        parts["uploads/1/a.pdf"] = bomb

    path = rebuilt(good, add)
    with zipfile.ZipFile(path) as bundle:
        parts = json.loads(bundle.read("manifest.json"))["parts"]
    lied = path.read_bytes().replace(struct.pack("<I", len(bomb)), struct.pack("<I", says))
    path.write_bytes(lied)
    # The manifest's own size stays: it is read by its name, with the same lie in it.
    for part in parts:
        part["bytes"] = says if part["name"] == "uploads/1/a.pdf" else part["bytes"]
    real, read = opening._manifest, []
    monkeypatch.setattr(opening, "_manifest", lambda bundle: real(bundle) | {"parts": parts})
    whole = opening.hashlib.sha256

    class Watched:
        def __init__(self) -> None:
            self._digest = whole()

        def update(self, content: bytes) -> None:
            read.append(len(content))
            self._digest.update(content)

        def hexdigest(self) -> str:
            return self._digest.hexdigest()

    monkeypatch.setattr(opening.hashlib, "sha256", Watched)
    assert "cannot be used" in refused(path)
    assert sum(read) < 5_000_000


TOLD = {"product", "made_at", "database", "journals", "missing_files"}
"""What is told to the reader, or compared with what is restored: any value of its kind will do."""


@pytest.mark.parametrize("name", sorted(opening.SHAPE))
@pytest.mark.parametrize("value", [None, 7, [[]], [{}], {}, "x"])
def test_a_manifest_that_is_not_well_formed(good: Path, name: str, value: Any) -> None:
    def alter(parts: Parts, manifest: dict[str, Any]) -> None:
        if name != "parts":
            manifest["parts"] = [
                {"name": one, "bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}
                for one, body in parts.items()
            ]
        manifest[name] = value

    path = rebuilt(good, alter, seal=False)
    if name in TOLD and isinstance(value, opening.SHAPE[name]):
        open_it(path)
        return
    refused(path)


def test_another_form_and_another_products(good: Path) -> None:
    def newer(parts: Parts, manifest: dict[str, Any]) -> None:
        manifest["format"] = "staged-exercise-backup/2"

    assert "of another form" in refused(rebuilt(good, newer))

    def others(parts: Parts, manifest: dict[str, Any]) -> None:
        manifest["format"] = "else"

    assert "not made by this product" in refused(rebuilt(good, others))


def test_migrations_of_tomorrow(good: Path) -> None:
    def newer(parts: Parts, manifest: dict[str, Any]) -> None:
        manifest["migrations"].append(["exercise", "9999_of_tomorrow"])

    told = refused(rebuilt(good, newer))
    assert "does not know exercise.9999_of_tomorrow" in told


def test_tables_that_are_not_as_the_migrations_make_them(good: Path) -> None:
    def other(parts: Parts, manifest: dict[str, Any]) -> None:
        manifest["tables"][0]["columns"].append("more")

    assert "as its migrations make it" in refused(rebuilt(good, other))


def test_a_checksum_beside_it_that_differs(good: Path) -> None:
    good.with_name("drill.zip.sha256").write_text(f"{'0' * 64}  drill.zip\n")
    assert "changed or damaged" in refused(good)


def test_no_zip_at_all(tmp_path: Path) -> None:
    path = tmp_path / "drill.zip"
    path.write_bytes(b"SQLite format 3\0")
    assert "no ZIP file" in refused(path)
    assert "cannot be read" in refused(tmp_path / "nowhere.zip")


@given(data=st.data())
@settings(
    max_examples=settings.default.max_examples // 2,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_a_damaged_one_is_refused_or_whole(good: Path, data: st.DataObject) -> None:
    """Any bytes changed anywhere: no other exception, and no other content."""
    content = bytearray(good.read_bytes())
    with opening.opened(good, room_at=good.parent) as backup:
        whole = {table._meta.label: list(backup.rows(table)) for table in backup.tables}
    for _change in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    damaged = good.with_name("damaged.zip")
    damaged.write_bytes(content[: data.draw(st.sampled_from([len(content), len(content) - 30]))])
    try:
        with opening.opened(damaged, room_at=good.parent) as backup:
            found = {table._meta.label: list(backup.rows(table)) for table in backup.tables}
    except CannotGoOn:
        return
    assert found == whole
