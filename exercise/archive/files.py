"""Files that are there whole or not at all, and their checksums."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

from exercise.archive.refusal import CannotGoOn

AT_ONCE_BYTES = 1024 * 1024


@contextmanager
def whole_or_nothing(target: Path, *, force: bool) -> Iterator[BinaryIO]:
    """A new file that has its name only when it is whole and on the disk."""
    if target.is_dir():
        raise CannotGoOn(f"{target} is a directory.", "Name a file in it.")
    if target.exists() and not force:
        raise CannotGoOn(f"{target} is there already.", "Name another file, or give --force.")
    if not target.parent.is_dir():
        raise CannotGoOn(f"There is no directory {target.parent}.", "Make it first.")
    under_way = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        handle = os.open(under_way, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        checksum_beside(target).unlink(missing_ok=True)  # a former one's
        under_way.replace(target)
        sync(target.parent)
    except OSError as problem:
        raise CannotGoOn(*_why(problem, target)) from None
    finally:
        under_way.unlink(missing_ok=True)


def checksum_beside(target: Path) -> Path:
    """Where the checksum of a backup is kept, as ``sha256sum --check`` reads it."""
    return target.with_name(f"{target.name}.sha256")


def write_checksum(target: Path, sha256: str) -> None:
    """Put the checksum beside the backup."""
    checksum_beside(target).write_text(f"{sha256}  {target.name}\n")
    sync(target.parent)


def checksum_of(file: BufferedReader) -> str:
    """The SHA-256 of an open file from its beginning to its end."""
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    file.seek(0)
    return digest


def sync(path: Path) -> None:
    """Have a file, or the names in a directory, on the disk and not only in memory."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _why(problem: OSError, target: Path) -> tuple[str, str]:
    if problem.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        free_mb = shutil.disk_usage(target.parent).free // 1_000_000
        return (
            f"No room for the backup on the disk of {target.parent} ({free_mb} MB are free).",
            "Nothing was written. Name a file on another disk, or `-` and pipe it elsewhere.",
        )
    return f"{target} cannot be written: {problem.strerror}.", "Nothing was written."
