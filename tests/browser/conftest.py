"""One site and one browser for the whole run; a drill and fresh contexts for each test."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from .site import Site
from .visitor import DESKTOP, SHIFT_DATE, Visitor, chromium, context_of

expect.set_options(timeout=20_000)
TIMERS_WITHIN_S = 40.0
_serial = itertools.count(1)


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """The sample scenario, one drill in mid-run that nobody changes, and the tree."""
    made = Site()
    try:
        made.stage("prepare")
        made.mid_run = made.stage("mid_run", code="giua-chung")
        made.start()
        made.stage("do", code="giua-chung", command="resume")
        made.wait_for_timers()
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="session")
def empty_site() -> Iterator[Site]:
    """An install as it is after the first start: nobody, nothing."""
    made = Site()
    try:
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


Enter = Callable[..., Visitor]


@pytest.fixture
def enter(site: Site, browser: Browser) -> Iterator[Enter]:
    """Let somebody come in: ``enter("giamdoc", "/x/…", viewport=PHONE)``; nobody's console
    complains.
    """
    inside: list[Visitor] = []

    def come(
        username: str | None = None,
        to: str = "",
        *,
        viewport: dict[str, int] = DESKTOP,
        shift_ms: int = 0,
        at: Site | None = None,
        **more: Any,
    ) -> Visitor:
        context = context_of(browser, viewport=viewport, **more)
        if shift_ms:
            context.add_init_script(f"({SHIFT_DATE % shift_ms})()")
        visitor = Visitor(at or site, context)
        inside.append(visitor)
        if username:
            visitor.sign_in(username, to)
        elif to:
            visitor.open(to)
        return visitor

    yield come
    for visitor in inside:
        visitor.context.close()
    assert not [problem for visitor in inside for problem in visitor.problems]


@dataclass(frozen=True)
class Drill:
    """A drill of the test's own."""

    site: Site
    code: str
    board: str

    def path(self, page: str = "console/") -> str:
        return f"/x/{self.code}/{page}"

    def do(self, command: str, username: str = "tongdaodien", **arguments: Any) -> None:
        self.site.stage("do", code=self.code, command=command, username=username, **arguments)

    def ids(self) -> dict[str, dict[str, int]]:
        return self.site.stage("ids", code=self.code)  # type: ignore[no-any-return]

    def comes_to(self, kind: str) -> None:
        """Wait until the timers have done what is told by an entry of this kind."""
        deadline, pause = time.monotonic() + TIMERS_WITHIN_S, threading.Event()
        while kind not in self.kinds:
            assert time.monotonic() < deadline, f"no {kind}: {self.kinds}"
            pause.wait(0.1)

    @property
    def kinds(self) -> list[str]:
        return self.site.stage("journal", code=self.code)  # type: ignore[no-any-return]


@pytest.fixture
def drill(site: Site) -> Drill:
    """A drill that has not begun."""
    made = site.stage("exercise", code=f"thu-{next(_serial)}")
    return Drill(site, made["code"], made["board"])


@pytest.fixture
def running(drill: Drill) -> Drill:
    """A drill that has begun, with its first inject out."""
    drill.do("start")
    drill.do("release", inject="1.01")
    return drill
