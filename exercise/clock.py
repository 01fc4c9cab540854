"""The exercise clock: arithmetic on four integers, not a process. Pure, no Django.

Exercise time is microseconds of play since STARTEX (``*_us``); wall time is microseconds UTC since
the epoch (``*_wall_us``). Rate is in thousandths: 1000 is ×1. Integer floor and ceiling are chosen
so that ``due_wall_us`` is always the first microsecond at which ``position_us`` has reached the
offset.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace

PACE_MIN, PACE_MAX = 250, 600_000
"""Slowest and fastest pace in thousandths: ×0.25 and ×600."""

_frozen: ContextVar[int | None] = ContextVar("frozen_wall_us", default=None)


def wall_us() -> int:
    """Now, in microseconds UTC since the epoch; what :func:`frozen` says inside such a block."""
    frozen_at = _frozen.get()
    return time.time_ns() // 1000 if frozen_at is None else frozen_at


@contextmanager
def frozen(at_wall_us: int) -> Iterator[None]:
    """Let all in the block take place at one wall moment: a page of the past is drawn so, and tests
    give commands so.
    """
    token = _frozen.set(at_wall_us)
    try:
        yield
    finally:
        _frozen.reset(token)


@dataclass(frozen=True, slots=True)
class Clock:
    """A state of the exercise clock: where it stood at a wall moment, and how it goes on."""

    anchor_wall_us: int
    anchor_us: int
    rate_permille: int
    running: bool

    def position_us(self, now_wall_us: int) -> int:
        """Exercise time at a wall moment. A wall clock set back never turns exercise time back."""
        if not self.running:
            return self.anchor_us
        elapsed = max(0, now_wall_us - self.anchor_wall_us)
        return self.anchor_us + elapsed * self.rate_permille // 1000

    def due_wall_us(self, offset_us: int) -> int | None:
        """First wall microsecond at which ``offset_us`` is reached; ``None`` while stopped."""
        if not self.running:
            return None
        ahead = max(0, offset_us - self.anchor_us)
        return self.anchor_wall_us - (-ahead * 1000 // self.rate_permille)

    def paused(self, now_wall_us: int) -> Clock:
        """Stopped at this moment."""
        return Clock(now_wall_us, self.position_us(now_wall_us), self.rate_permille, False)

    def resumed(self, now_wall_us: int) -> Clock:
        """Going on from where it stands."""
        return Clock(now_wall_us, self.position_us(now_wall_us), self.rate_permille, True)

    def paced(self, now_wall_us: int, rate_permille: int) -> Clock:
        """At another pace from now on.

        Raises:
            ValueError: outside ×0.25…×600.
        """
        if not PACE_MIN <= rate_permille <= PACE_MAX:
            raise ValueError(rate_permille)
        position = self.position_us(now_wall_us)
        return Clock(now_wall_us, position, rate_permille, self.running)

    def jumped(self, now_wall_us: int, to_us: int) -> Clock:
        """Standing at ``to_us`` now.

        Raises:
            ValueError: backwards; what has been released cannot be made undone.
        """
        if to_us < self.position_us(now_wall_us):
            raise ValueError(to_us)
        return replace(self, anchor_wall_us=now_wall_us, anchor_us=to_us)
