"""`manage.py backup OUT`: the whole install in one file, while a drill goes on."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from exercise.archive import CannotGoOn, database_in_words
from exercise.archive.files import whole_or_nothing, write_checksum
from exercise.archive.packing import Packed, pack
from exercise.archive.snapshot import Snapshot, snapshot

STDOUT = "-"
INCOMPLETE = 3


class Command(BaseCommand):
    help = (
        "Writes database, uploads and secret key into one file, and its SHA-256 beside it, without "
        "stopping anything. Whoever has the file has the install: keep it secret. Status 3 when "
        "an uploaded file was missing in the install itself."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("out", metavar="OUT", help="a new file, such as drill.zip; - is stdout")
        parser.add_argument("--force", action="store_true", help="replace a file that is there")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with database_in_words():
                if options["out"] == STDOUT:
                    packed = self._into_stdout()
                else:
                    packed = self._into_file(Path(options["out"]), force=options["force"])
        except CannotGoOn as problem:
            raise CommandError(str(problem)) from None
        missing = packed.manifest["missing_files"]
        for name in missing:
            self.stderr.write(self.style.ERROR(f"missing in the install itself: uploads/{name}"))
        if missing:
            raise SystemExit(INCOMPLETE)

    def _into_file(self, out: Path, *, force: bool) -> Packed:
        out = out.absolute()
        if out.resolve().is_relative_to(Path(settings.MEDIA_ROOT).resolve()):
            raise CannotGoOn(
                f"{out} is among the uploaded files.", "Name a file somewhere else, best elsewhere."
            )
        with whole_or_nothing(out, force=force) as file, snapshot() as source:
            packed = _pack(file, source)
        write_checksum(out, packed.sha256)
        self.stdout.write(f"{packed.sha256}  {out}")
        self.stdout.write(_told(packed))
        return packed

    def _into_stdout(self) -> Packed:
        if sys.stdout.isatty():
            raise CannotGoOn("This is a terminal.", "Pipe it: manage.py backup - | ssh …")
        try:
            # Not through sys.stdout: what a full pipe leaves in its buffer would be tried again
            # when Python ends, and change the status.
            with open(os.dup(sys.stdout.fileno()), "wb") as raw, snapshot() as source:
                packed = _pack(raw, source)
        except OSError as problem:
            raise CannotGoOn(f"The backup cannot be written: {problem.strerror}.") from None
        self.stderr.write(f"{packed.sha256}  -")
        self.stderr.write(_told(packed))
        return packed


def _pack(out: BinaryIO, source: Snapshot) -> Packed:
    # A key that is given from outside is kept there.
    return pack(out, source, uploads=Path(settings.MEDIA_ROOT), key=settings.SECRET_KEY_FILE)


def _told(packed: Packed) -> str:
    manifest = packed.manifest
    rows = sum(table["rows"] for table in manifest["tables"])
    entries = sum(journal["entries"] for journal in manifest["journals"])
    files = sum(part["name"].startswith("uploads/") for part in manifest["parts"])
    key = "with" if any(part["name"] == "secret_key" for part in manifest["parts"]) else "without"
    return (
        f"{rows} rows, {entries} of them in {len(manifest['journals'])} journals; "
        f"{files} uploaded files; {key} the secret key; {packed.bytes / 1e6:.1f} MB"
    )
