"""A backup, proved before anything of it is used.

The file comes from somewhere else and may have been damaged or made to do harm: only what its
manifest names is in it, under names that lead nowhere else, as large as it says, with the content
it says. Nothing is written while this is being found out.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from io import BufferedReader
from pathlib import Path
from typing import Any, NoReturn

from django.db.models import Model

from exercise.archive import schema
from exercise.archive.files import AT_ONCE_BYTES, checksum_beside, checksum_of, sync
from exercise.archive.packing import (
    FORMAT,
    KEY,
    MANIFEST,
    ROWS,
    UPLOADS,
    Manifest,
    Part,
    TableNote,
)
from exercise.archive.refusal import CannotGoOn
from exercise.archive.rows import Row

MOST_MANIFEST_BYTES = 64 * 1024 * 1024
MOST_ROW_BYTES = 64 * 1024 * 1024
MOST_KEY_BYTES = 4096
SHAPE: dict[str, type] = {
    "format": str,
    "product": str,
    "made_at": str,
    "database": str,
    "migrations": list,
    "tables": list,
    "journals": list,
    "missing_files": list,
    "parts": list,
}
_TABLE = re.compile(r"rows/[a-z_0-9]+\.[a-z_0-9]+\.jsonl")
_STEP = re.compile(r"[^\x00-\x1f\x7f/\\:]+")


@dataclass(frozen=True)
class Backup:
    """A backup that has been proved."""

    zip: zipfile.ZipFile
    manifest: Manifest

    @cached_property
    def migrations(self) -> list[schema.Migration]:
        return [(app, name) for app, name in self.manifest["migrations"]]

    @cached_property
    def tables(self) -> list[type[Model]]:
        """The tables it holds, as its own migrations made them."""
        return schema.tables(self.migrations)

    @cached_property
    def _notes(self) -> dict[str, TableNote]:
        return {note["name"]: note for note in self.manifest["tables"]}

    @property
    def counts(self) -> dict[str, int]:
        """How many rows each table must have."""
        return {name: note["rows"] for name, note in self._notes.items()}

    def last_number(self, table: type[Model]) -> int | None:
        """The highest number the table had given."""
        return self._notes[schema.name_of(table)]["last_number"]

    def rows(self, table: type[Model]) -> Iterator[Row]:
        """The rows of a table."""
        name, width = schema.name_of(table), len(schema.columns_of(table))
        with self.zip.open(f"{ROWS}{name}.jsonl") as lines:
            while line := lines.readline(MOST_ROW_BYTES + 1):
                if len(line) > MOST_ROW_BYTES:
                    _refuse(f"a row of {name} is larger than any of ours")
                try:
                    row = json.loads(line)
                except (ValueError, RecursionError):
                    _refuse(f"a row of {name} cannot be read")
                if not isinstance(row, list) or len(row) != width:
                    _refuse(f"a row of {name} has another number of columns")
                yield row

    @property
    def key(self) -> bytes | None:
        """The secret key, where the install had made it itself."""
        return self.zip.read(KEY) if KEY in self.zip.namelist() else None

    def unpack_uploads(self, into: Path) -> int:
        """Write the uploaded files under a new directory; answers how many."""
        into.mkdir(mode=0o700)
        count = 0
        for part in self.manifest["parts"]:
            if not part["name"].startswith(UPLOADS):
                continue
            target = into / part["name"].removeprefix(UPLOADS)
            target.parent.mkdir(parents=True, exist_ok=True)
            with self.zip.open(part["name"]) as member, target.open("xb") as out:
                shutil.copyfileobj(member, out, AT_ONCE_BYTES)
            sync(target)
            count += 1
        return count


@contextmanager
def opened(path: Path, *, room_at: Path) -> Iterator[Backup]:
    """Prove a backup and hold it open.

    1. The whole file against the checksum beside it, if there is one.
    2. The names and kinds of its parts.
    3. That this code knows its format and its migrations, and its tables are theirs.
    4. That the disk has room for what it unpacks to.
    5. Every part against the manifest.

    Raises:
        CannotGoOn: something of it is not so.
    """
    try:
        file = path.open("rb")
    except OSError as problem:
        raise CannotGoOn(f"{path} cannot be read: {problem.strerror}.") from None
    with file:
        yield _proved(path, file, room_at)


def _proved(path: Path, file: BufferedReader, room_at: Path) -> Backup:
    try:
        _check_whole(path, checksum_of(file))
        bundle = zipfile.ZipFile(file)
        parts = _members(bundle)
        manifest = _manifest(bundle)
        _check_members(manifest, parts)
        backup = Backup(bundle, manifest)
        _check_schema(backup)
        _check_room(manifest, room_at)
        for part in manifest["parts"]:
            _check_content(bundle, part)
        return backup
    except CannotGoOn:
        raise
    except OSError as problem:
        raise CannotGoOn(f"{path} cannot be read: {problem.strerror}.") from None
    except Exception:  # zipfile and zlib raise many kinds on a damaged file; each means the same
        _refuse("it is no ZIP file, or a damaged one")


def _check_whole(path: Path, found: str) -> None:
    beside = checksum_beside(path)
    if not beside.is_file():
        return
    wanted = beside.read_text(errors="replace").split()[:1]
    if wanted != [found]:
        raise CannotGoOn(
            f"{path.name} is not what {beside.name} says: it was changed or damaged.",
            "Copy it again from where it was made, or use another backup.",
        )


def _members(bundle: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    found: dict[str, zipfile.ZipInfo] = {}
    for info in bundle.infolist():
        name = info.orig_filename
        mode = info.external_attr >> 16
        if name in found:
            _refuse(f"{name!r} is in it twice")
        if not _is_ours(name):
            _refuse(f"{name!r} is no name of a part")
        if info.is_dir() or (stat.S_IFMT(mode) not in (0, stat.S_IFREG)):
            _refuse(f"{name!r} is no ordinary file")
        if info.flag_bits & 0x1:
            _refuse(f"{name!r} is encrypted")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            _refuse(f"{name!r} is packed in a way that is not ours")
        found[name] = info
    return found


def _is_ours(name: str) -> bool:
    if name in (MANIFEST, KEY) or _TABLE.fullmatch(name):
        return True
    if not name.startswith(UPLOADS):
        return False
    steps = name.removeprefix(UPLOADS).split("/")
    return all(_STEP.fullmatch(step) and step not in (".", "..") for step in steps)


def _manifest(bundle: zipfile.ZipFile) -> Manifest:
    try:
        info = bundle.getinfo(MANIFEST)
    except KeyError:
        _refuse("it has no manifest")
    if info.file_size > MOST_MANIFEST_BYTES:
        _refuse("its manifest is larger than any of ours")
    with bundle.open(info) as member:
        text = member.read(MOST_MANIFEST_BYTES)
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError):
        _refuse("its manifest cannot be read")
    if not isinstance(found, dict) or not str(found.get("format", "")).startswith(
        "staged-exercise-backup/"
    ):
        _refuse("it was not made by this product")
    if found["format"] != FORMAT:
        raise CannotGoOn(
            f"The backup is of another form: {found['format']}, not {FORMAT}.",
            "Install the version that it was made with, or a newer one.",
        )
    if not _is_well_formed(found):
        _refuse("its manifest is not well-formed")
    return found  # type: ignore[return-value]


def _is_well_formed(found: dict[str, Any]) -> bool:
    if not all(isinstance(found.get(name), kind) for name, kind in SHAPE.items()):
        return False
    migrations = all(
        isinstance(one, list) and len(one) == 2 and all(isinstance(word, str) for word in one)
        for one in found["migrations"]
    )
    parts = all(
        isinstance(one, dict)
        and isinstance(one.get("name"), str)
        and isinstance(one.get("sha256"), str)
        and _is_count(one.get("bytes"))
        for one in found["parts"]
    )
    tables = all(
        isinstance(one, dict)
        and isinstance(one.get("name"), str)
        and isinstance(one.get("columns"), list)
        and _is_count(one.get("rows"))
        and (one.get("last_number") is None or _is_count(one["last_number"]))
        for one in found["tables"]
    )
    return migrations and parts and tables


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _check_members(manifest: Manifest, there: dict[str, zipfile.ZipInfo]) -> None:
    named = [part["name"] for part in manifest["parts"]]
    wanted = {*named, *(f"{ROWS}{note['name']}.jsonl" for note in manifest["tables"]), MANIFEST}
    if len(set(named)) != len(named) or set(there) != wanted:
        odd = sorted(set(there) ^ wanted)
        _refuse(f"manifest and content differ: {', '.join(odd[:3]) or 'a part is named twice'}")
    for part in manifest["parts"]:
        if there[part["name"]].file_size != part["bytes"]:
            _refuse(f"{part['name']} has another size than the manifest says")
        if part["name"] == KEY and part["bytes"] > MOST_KEY_BYTES:
            _refuse("its secret key is larger than any of ours")


def _check_schema(backup: Backup) -> None:
    schema.require_known(backup.migrations, "The backup")
    found = {schema.name_of(table): schema.columns_of(table) for table in backup.tables}
    said = {note["name"]: note["columns"] for note in backup.manifest["tables"]}
    if found != said:
        odd = sorted(name for name in {*found, *said} if found.get(name) != said.get(name))
        _refuse(f"{odd[0]} is not as its migrations make it")


def _check_room(manifest: Manifest, room_at: Path) -> None:
    # The rows twice: in the database and in its write-ahead log.
    needed = sum(
        part["bytes"] * (2 if part["name"].startswith(ROWS) else 1) for part in manifest["parts"]
    )
    free = shutil.disk_usage(room_at).free
    if needed > free:
        raise CannotGoOn(
            f"No room: the backup unpacks to about {needed // 1_000_000} MB, and the disk of "
            f"{room_at} has {free // 1_000_000} MB free.",
            "Nothing was written. Make room, or use another directory: EXERCISE_VAR=…",
        )


def _check_content(bundle: zipfile.ZipFile, part: Part) -> None:
    """Read one part to its end, never more of it than it may have."""
    digest, size = hashlib.sha256(), 0
    with bundle.open(part["name"]) as member:
        while content := member.read(AT_ONCE_BYTES):
            size += len(content)
            digest.update(content)
            if size > part["bytes"]:
                break
    if size != part["bytes"] or digest.hexdigest() != part["sha256"]:
        _refuse(f"{part['name']} is not as it was packed")


def _refuse(what: str) -> NoReturn:
    raise CannotGoOn(
        f"This backup cannot be used: {what}.", "Nothing was changed. Use another backup."
    )
