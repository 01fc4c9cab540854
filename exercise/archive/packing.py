"""An install into one file: a ZIP with the rows of every table, the uploads, the key, a manifest.

The database is read first and the uploads after it: a file is written before its row is committed
and never deleted once it is, so every file that a row of the snapshot names is there.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, TypedDict

from exercise import VERSION
from exercise.archive import rows
from exercise.archive.files import AT_ONCE_BYTES
from exercise.archive.schema import columns_of, name_of
from exercise.archive.snapshot import Head, Snapshot

FORMAT = "staged-exercise-backup/1"
MANIFEST = "manifest.json"
ROWS, UPLOADS, KEY = "rows/", "uploads/", "secret_key"


class Part(TypedDict):
    """One file of a backup."""

    name: str
    bytes: int
    sha256: str


class TableNote(TypedDict):
    """One table of a backup."""

    name: str
    columns: list[str]
    rows: int
    last_number: int | None


class Manifest(TypedDict):
    """What a backup says of itself."""

    format: str
    product: str
    made_at: str
    database: str
    migrations: list[list[str]]
    tables: list[TableNote]
    journals: list[Head]
    missing_files: list[str]
    parts: list[Part]


@dataclass
class Packed:
    """What came of a backup."""

    manifest: Manifest
    sha256: str
    bytes: int


@dataclass
class _Pack:
    """A ZIP that is written from its beginning to its end and never goes back."""

    out: _Counted
    parts: list[Part] = field(default_factory=list)

    def __post_init__(self) -> None:
        out: Any = self.out  # `write` and `flush` are all that is needed
        self.zip = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6)

    @contextmanager
    def part(self, name: str, *, packed: bool = True) -> Iterator[Callable[[bytes], None]]:
        """Write one file; gives what to call with its bytes."""
        info = zipfile.ZipInfo(name, datetime.now(UTC).timetuple()[:6])
        info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        info.external_attr = 0o100600 << 16
        digest, size = hashlib.sha256(), 0
        with self.zip.open(info, "w", force_zip64=True) as member:

            def write(content: bytes) -> None:
                nonlocal size
                size += len(content)
                digest.update(content)
                member.write(content)

            yield write
        self.parts.append(Part(name=name, bytes=size, sha256=digest.hexdigest()))


class _Counted:
    """A file that is only written to; tells the SHA-256 of what has gone into it."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self.digest = hashlib.sha256()
        self.bytes = 0

    def write(self, content: bytes) -> int:
        self.digest.update(content)
        self.bytes += len(content)
        return self._out.write(content)

    def flush(self) -> None:
        self._out.flush()


def pack(out: BinaryIO, source: Snapshot, *, uploads: Path, key: Path | None) -> Packed:
    """Write a backup.

    Args:
        source: the database.
        uploads: where the uploaded files are.
        key: the file of the secret key, when the install made it itself.
    """
    counted = _Counted(out)
    bundle = _Pack(counted)
    with bundle.zip:
        tables = [_pack_table(bundle, source, table) for table in source.tables]
        names = sorted(set(source.file_names()))
        missing = [name for name in names if not _pack_upload(bundle, uploads, name)]
        if key is not None:
            with bundle.part(KEY) as write:
                write(key.read_bytes())
        manifest = Manifest(
            format=FORMAT,
            product=VERSION,
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            database=source.kind,
            migrations=[list(one) for one in source.migrations],
            tables=tables,
            journals=source.heads(),
            missing_files=missing,
            parts=list(bundle.parts),
        )
        with bundle.part(MANIFEST) as write:
            write(json.dumps(manifest, ensure_ascii=False, indent=1).encode())
    counted.flush()
    return Packed(manifest, counted.digest.hexdigest(), counted.bytes)


def _pack_table(bundle: _Pack, source: Snapshot, table: Any) -> TableNote:
    count = 0
    with bundle.part(f"{ROWS}{name_of(table)}.jsonl") as write:
        for row in source.rows(table):
            write(rows.as_line(row))
            count += 1
    return TableNote(
        name=name_of(table),
        columns=columns_of(table),
        rows=count,
        last_number=source.last_number(table),
    )


def _pack_upload(bundle: _Pack, uploads: Path, name: str) -> bool:
    """Put in one uploaded file; tells whether it was there."""
    path = (uploads / name).resolve()
    if not path.is_relative_to(uploads.resolve()) or not path.is_file():
        return False
    with bundle.part(f"{UPLOADS}{name}", packed=False) as write, path.open("rb") as file:
        while content := file.read(AT_ONCE_BYTES):
            write(content)
    return True
