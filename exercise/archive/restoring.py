"""The order in which a backup becomes an install."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import connections

from exercise import conduct
from exercise.archive import opening
from exercise.archive.building import Building, building
from exercise.archive.files import sync
from exercise.archive.opening import Backup
from exercise.archive.premises import (
    filled_tables,
    holds_files,
    nobody_at_work,
    require_own_directory,
)
from exercise.archive.refusal import CannotGoOn
from exercise.archive.schema import applied
from exercise.archive.snapshot import heads
from exercise.live import bus
from exercise.models import Exercise, TimerHeartbeat
from exercise.supervisor import Site

Say = Callable[[str], None]


@dataclass(frozen=True)
class Restoring:
    """What to restore, and what may be done for it."""

    path: Path
    replace: bool = False
    with_broken_journal: bool = False

    def run(self, say: Say) -> None:
        """Restore into this install.

        1. Prove the backup; nothing has been touched.
        2. Refuse an install that is in use, or holds something and is not to be replaced.
        3. Build its database beside the present one and its uploads beside the present ones.
        4. Compare them with what the backup says of itself; verify every journal.
        5. Migrate, if the backup is older than the code.
        6. Put all in place; what was there is kept aside.
        7. Let running exercises stand where the last sign of life was, as after any outage.
        """
        site = Site.from_settings()
        with ExitStack() as held:
            backup = held.enter_context(opening.opened(self.path, room_at=site.var))
            say(f"backup of {backup.manifest['made_at']}: every part is as it was packed")
            held.enter_context(nobody_at_work(site))
            require_own_directory(Path(settings.MEDIA_ROOT))
            holds_something = self._holds_something()
            uploads = held.enter_context(_uploads_beside(backup, say))
            under_way = held.enter_context(building(connections["default"].settings_dict))
            self._build(backup, under_way, say)
            self._put_in_place(backup, under_way, uploads, site, say, keep=holds_something)
            # Still alone: a service that is started again by itself must not find it running.
            _forget_stream(site, say)
            stand_where_life_ended(say)

    def _holds_something(self) -> bool:
        """Whether anybody has put anything into this install; refuses it, unless told to go on."""
        applied("default")  # a database of newer code is not ours to replace
        filled = filled_tables("default")
        connections["default"].close()
        holds_something = bool(filled) or holds_files(Path(settings.MEDIA_ROOT))
        if self.replace or not holds_something:
            return holds_something
        what = f"rows in {', '.join(filled[:3])}" if filled else "uploaded files"
        raise CannotGoOn(
            f"This install is not empty: there are {what}.",
            "Restore into an empty one (EXERCISE_VAR=…, DATABASE_URL=…), or give --replace:"
            " what is here is then kept aside.",
        )

    def _build(self, backup: Backup, under_way: Building, say: Say) -> None:
        under_way.fill(backup.migrations, backup.tables, backup.rows, backup.last_number)
        compare(under_way.count(backup.tables), backup.counts)
        if heads(backup.tables, under_way.using) != backup.manifest["journals"]:
            raise CannotGoOn("The journals do not end where the backup says.")
        say(f"{sum(backup.counts.values())} rows in {len(backup.counts)} tables")
        under_way.migrate()
        under_way.require_triggers()
        broken = under_way.broken_journals()
        if broken and not self.with_broken_journal:
            raise CannotGoOn(
                "The journal was already broken when the backup was made:\n" + "\n".join(broken),
                "Use an older backup, or give --with-broken-journal to go on with it as it is.",
            )
        if broken:
            for line in broken:
                say(f"broken journal, {line}")
        else:
            say(f"{len(backup.manifest['journals'])} journals verified")

    def _put_in_place(
        self,
        backup: Backup,
        under_way: Building,
        uploads: Path,
        site: Site,
        say: Say,
        *,
        keep: bool,
    ) -> None:
        aside = site.var / f"replaced-{datetime.now(UTC):%Y%m%d-%H%M%S}"
        kept = under_way.put_in_place(aside, keep=keep)
        present = Path(settings.MEDIA_ROOT)
        _set_aside(present, aside)
        uploads.rename(present)
        if site.own_broker:
            # Its queue and its drawings belong to what is no more.
            _set_aside(site.var / "broker", aside)
        if backup.key is None:
            say("the backup has no secret key: give SECRET_KEY as it was where it was made")
        elif settings.SECRET_KEY_FILE is None:
            say("SECRET_KEY is given, so the backup's key is not used: sessions and links end")
        else:
            _put_key(settings.SECRET_KEY_FILE, backup.key, aside, keep=keep)
        sync(site.var)
        former = " and ".join(filter(None, (kept, str(aside) if aside.is_dir() else "")))
        if former:
            say(f"what was here before is kept: {former}")


def compare(found: dict[str, int], wanted: dict[str, int]) -> None:
    """Refuse a copy that has not as many rows as what it was copied from."""
    for name in sorted({*found, *wanted}):
        if found.get(name) != wanted.get(name):
            raise CannotGoOn(
                f"{name} has {found.get(name)} rows and not {wanted.get(name)}.",
                "Nothing was changed.",
            )


def stand_where_life_ended(say: Say) -> None:
    """Pause what runs at its last sign of life: what came after it was played somewhere else."""
    heartbeat_us = TimerHeartbeat.newest_us()
    for exercise in Exercise.objects.filter(running=True).order_by("code"):
        # Even with a wall clock that is behind the other machine's.
        conduct.recover(exercise.pk, heartbeat_us or 0, tolerated_us=-1)
        stands = Exercise.objects.get(pk=exercise.pk)
        label = stands.calendar.label(stands.anchor_us, language="en")
        say(f"{stands.code} is paused at {label}; a director resumes it")


@contextmanager
def _uploads_beside(backup: Backup, say: Say) -> Iterator[Path]:
    present = Path(settings.MEDIA_ROOT)
    beside = present.with_name(f".{present.name}.{os.getpid()}.new")
    try:
        try:
            count = backup.unpack_uploads(beside)
        except OSError as problem:
            raise CannotGoOn(f"The uploads cannot be written: {problem.strerror}.") from None
        say(f"{count} uploaded files")
        yield beside
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _set_aside(path: Path, aside: Path) -> None:
    if path.exists():
        aside.mkdir(mode=0o700, exist_ok=True)
        path.rename(aside / path.name)


def _put_key(place: Path, key: bytes, aside: Path, *, keep: bool) -> None:
    fresh = place.with_suffix(f".{os.getpid()}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(key)
    sync(fresh)
    if keep:
        _set_aside(place, aside)
    fresh.replace(place)


def _forget_stream(site: Site, say: Say) -> None:
    """Leave nothing on a Redis that lives on which was drawn for the exercises replaced."""
    if site.own_broker:
        return
    try:
        bus.forget_everything()
    except bus.BusDown as problem:
        say(f"Redis does not answer ({problem}): flush it before the start")
