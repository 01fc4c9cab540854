"""A file that a command writes: opened before the work it tells of, there whole or not at all."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def whole_file(target: Path) -> Iterator[BinaryIO]:
    """What is written within the block stands in the file once the block ends, and nothing of it
    if the block raises. A pipe or a device is written to as it is.

    Raises:
        OSError, ValueError: before the block, where nothing can be written there; after it, where
            the disk is full.
    """
    if target.exists() and not target.is_file():
        with target.open("wb") as special:
            kept = io.BytesIO()
            yield kept
            special.write(kept.getvalue())
        return
    target = target.resolve()
    under_way = target.with_name(f".{target.name}.{os.getpid()}.part")
    handle = os.open(under_way, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with os.fdopen(handle, "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        under_way.replace(target)
    finally:
        under_way.unlink(missing_ok=True)
