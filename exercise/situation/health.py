"""Whether the system works: signs of life of the timers, lateness, the channel, the disk.

Two readings: the *pulse*, which every control page asks for every other second, is a few cheap
questions; the *details* are for who looks. What the broker says is handed in, for it may be gone.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from exercise.models import (
    Exercise,
    Inject,
    InjectState,
    JournalEntry,
    TimerHeartbeat,
    TimerKind,
    TimerSign,
)
from scenarios.calendar import SECOND_US

DEAD_AFTER_US = 3 * SECOND_US
"""Without a sign for so long the timers are dead. They give one every second."""
ALIVE_AGAIN_US = 2 * SECOND_US
"""A sign must be younger than this before they are believed again."""
SURE_AFTER_US = 5 * SECOND_US
"""Only then is it told who is to blame: by then tasks have piled up, or none were sent."""
SILENT_AFTER_US = 10 * SECOND_US
"""One of several workers has its turn less often than every second."""
LOW_DISK_BYTES = 1024**3
DRIFT_OF = 50
"""Newest releases that are looked at for the drift."""
NEXT_SHOWN = 5

KEY_PARTS = "."
"""What stands between the parts of a pulse's key."""


@dataclass(frozen=True, slots=True)
class Channel:
    """What the broker and this web process know of the live channel."""

    answers: bool
    drawn_seq: int | None = None
    waiting: int = 0
    streams: int | None = None


@dataclass(frozen=True, slots=True)
class Pulse:
    """The state of the system in one word, and since when the timers are dead if they are."""

    what: str
    """``ok``, ``timers``, ``idle`` (dead, but nothing is played), ``channel`` or ``disk``."""
    since_us: int | None = None
    """The last sign of life; ``None``: there never was one, or it does not matter."""
    why: str = ""
    """Who is to blame: ``broker``, ``worker``, ``beat`` (or a worker that hangs), or nobody knows
    yet.
    """

    @property
    def key(self) -> str:
        """The same for as long as there is nothing new to tell."""
        since_s = "" if self.since_us is None else str(self.since_us // SECOND_US)
        return KEY_PARTS.join((self.what, self.why, since_s))

    @property
    def dead(self) -> bool:
        """Whether the banner is due."""
        return self.what == "timers"

    @property
    def glyph(self) -> str:
        return {"ok": "done", "timers": "late"}.get(self.what, "due")

    @property
    def word(self) -> str | Promise:
        return WORDS[self.what]


WORDS: dict[str, Promise] = {
    "ok": _("Hệ thống tốt"),
    "timers": _("Hẹn giờ dừng"),
    "idle": _("Hẹn giờ dừng"),
    "channel": pgettext_lazy("health", "Mất kênh tin"),
    "disk": _("Sắp đầy đĩa"),
}


def pulse(
    exercise: Exercise,
    *,
    now_wall_us: int,
    channel: Channel | None = None,
    disks: Iterable[Disk] = (),
    shown: str = "",
) -> Pulse:
    """How the system is.

    Args:
        channel: ``None`` where there is none to ask.
        shown: key of the pulse the page shows: what is dead must live for a while before it is
            called alive, or one late sign would put the banner on and off.
    """
    sign_wall_us = TimerHeartbeat.newest_us()
    was_dead = shown.split(KEY_PARTS)[0] in ("timers", "idle")
    allowed_us = ALIVE_AGAIN_US if was_dead else DEAD_AFTER_US
    if sign_wall_us is None or now_wall_us - sign_wall_us > allowed_us:
        silent_us = None if sign_wall_us is None else now_wall_us - sign_wall_us
        if not exercise.in_play:
            return Pulse("idle")
        return Pulse("timers", sign_wall_us, _blame(silent_us, channel))
    if channel is not None and not channel.answers:
        return Pulse("channel")
    if any(disk.low for disk in disks):
        return Pulse("disk")
    return Pulse("ok")


def _blame(silent_us: int | None, channel: Channel | None) -> str:
    """Whose fault it is, as far as it can be told: one that is silent silences the other.

    Tasks that nobody takes were sent by a beat that lives. Where none wait, none were sent, or they
    wait in the memory of a worker that hangs: it takes whatever there is (``exercise.celery``).
    """
    if channel is None:
        return ""
    if not channel.answers:
        return "broker"
    if silent_us is not None and silent_us <= SURE_AFTER_US:
        return ""
    return "worker" if channel.waiting else "beat"


# ── the details ─────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class Process:
    """One process of the timers."""

    kind: str
    name: str
    age_us: int

    @property
    def silent(self) -> bool:
        return self.age_us > SILENT_AFTER_US

    @property
    def doubtful(self) -> bool:
        """Not heard for as long as dead timers; while they live, others may have had their turn."""
        return self.age_us > DEAD_AFTER_US


@dataclass(frozen=True, slots=True)
class Group:
    """The processes of one kind."""

    label: str
    processes: tuple[Process, ...]

    @property
    def heard(self) -> int:
        """How many gave a sign lately."""
        return sum(not process.silent for process in self.processes)


@dataclass(frozen=True, slots=True)
class Drift:
    """How late the newest releases by the timers were, in wall µs."""

    count: int
    median_us: int | None = None
    worst_us: int | None = None


@dataclass(frozen=True, slots=True)
class Disk:
    """What is left where the product writes."""

    place: Path
    free_bytes: int
    total_bytes: int

    @property
    def low(self) -> bool:
        return self.free_bytes < LOW_DISK_BYTES


def processes(now_wall_us: int) -> list[Group]:
    """Beats and workers, each with the age of its last sign."""
    found = [
        Process(sign.kind, sign.name, max(0, now_wall_us - sign.wall_us))
        for sign in TimerSign.objects.all()
    ]
    return [
        Group(str(kind.label), tuple(process for process in found if process.kind == kind))
        for kind in TimerKind
    ]


def drift(exercise: Exercise) -> Drift:
    """Lateness of the last releases by the timers, from the journal."""
    entries = JournalEntry.objects.filter(exercise=exercise, kind="inject_released")
    data = entries.order_by("-seq").values_list("data", flat=True)[:DRIFT_OF]
    # One released by hand has no lateness.
    late = [one["lateness_us"] for one in data if one.get("lateness_us") is not None]
    if not late:
        return Drift(0)
    return Drift(len(late), round(median(late)), max(late))


def next_releases(exercise: Exercise) -> list[Inject]:
    """The next injects that the timers will release by themselves."""
    return list(
        Inject.objects.filter(
            exercise=exercise,
            state=InjectState.SCHEDULED,
            due_us__isnull=False,
            overdue_wall_us__isnull=True,
        )
        .defer("content", "expected_actions")
        .order_by("due_us", "sort_key")[:NEXT_SHOWN]
    )


def disks() -> list[Disk]:
    """Where the product writes; one place for each disk."""
    found: dict[int, Disk] = {}
    for place in (settings.VAR_DIR, Path(settings.MEDIA_ROOT)):
        try:
            device, usage = place.stat().st_dev, shutil.disk_usage(place)
        except OSError:
            continue  # uploads have no folder before the first one
        found.setdefault(device, Disk(place, usage.free, usage.total))
    return list(found.values())
