"""People in front of browsers: each in a context of its own, with everything its pages complain
of.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import (
    Browser,
    BrowserContext,
    FloatRect,
    Locator,
    Page,
    Playwright,
    expect,
    sync_playwright,
)

from .site import Site

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
WALL = {"width": 1920, "height": 1080}
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SHIFT_DATE = """() => {
  const real = Date, shift = %d;
  globalThis.Date = class extends real {
    constructor(...words) { words.length ? super(...words) : super(real.now() + shift); }
    static now() { return real.now() + shift; }
  };
}"""


def box(part: Locator) -> FloatRect:
    """Where a part of the page lies, though the page may be drawn anew between looks."""
    for _ in range(10):
        expect(part).to_be_visible()
        if found := part.bounding_box():
            return found
    raise AssertionError("drawn anew each time it was looked at")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's browser."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    assert program, "chromium is not installed"
    playwright: Playwright
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


class Visitor:
    """One person at one browser. ``problems`` is what its console complained of."""

    def __init__(self, site: Site, context: BrowserContext) -> None:
        self.site = site
        self.context = context
        self.problems: list[str] = []
        self._expected: list[str] = []
        context.set_default_timeout(30_000)
        context.on("page", self._watch)
        self.page: Page = context.new_page()

    def _watch(self, page: Page) -> None:
        page.on("console", lambda message: self._note(message.type, message.text, page.url))
        page.on("pageerror", lambda error: self._note("error", str(error), page.url))

    def _note(self, kind: str, text: str, url: str) -> None:
        if kind == "error" and not any(re.search(known, text) for known in self._expected):
            self.problems.append(f"{url}: {text}")

    def expects(self, *patterns: str) -> None:
        """Console errors that belong to the story: refusals, a server that is gone."""
        self._expected.extend(patterns)

    def open(self, path: str) -> Page:
        self.page.goto(self.site.address + path)
        return self.page

    def sign_in(self, username: str, to: str) -> Page:
        """By a link, as people do, and on to a page."""
        self.open(f"{self.site.stage('link', username=username)}?next={to}")
        self.page.get_by_role("button", name=re.compile("Vào diễn tập|Enter", re.I)).click()
        self.page.wait_for_url(lambda address: "/go/" not in address)
        return self.page

    def speak(self, language: str) -> None:
        """Choose the interface's language."""
        self.context.add_cookies(
            [{"name": "django_language", "value": language, "url": self.site.address}]
        )


def context_of(browser: Browser, *, viewport: dict[str, int] = DESKTOP, **more: Any) -> Any:
    """A context as a person's device has it."""
    if viewport["width"] < 700:
        more = {"is_mobile": True, "has_touch": True, "device_scale_factor": 2} | more
    more = {"locale": "vi-VN", "timezone_id": "Asia/Ho_Chi_Minh", "reduced_motion": "reduce"} | more
    return browser.new_context(viewport=viewport, **more)
