"""Timers that die: control is told within seconds, once, on every page, and told when they live."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

from .conftest import Drill, Enter
from .test_every_page import too_wide, violations
from .visitor import PHONE

pytestmark = pytest.mark.browser
# Three seconds of silence, two until the page asks, five until it blames; and a busy machine.
SOON_MS = 25_000
SAID = {
    "vi": (
        "Bộ hẹn giờ không hoạt động.",
        {
            "worker": "Worker không nhận việc.",
            "beat": "Beat không gửi việc, hoặc worker bị kẹt với việc đã nhận.",
        },
        "Hệ thống tốt",
        "Hẹn giờ dừng",
        "Tình trạng hệ thống",
    ),
    "en": (
        "The timers are dead.",
        {
            "worker": "The worker takes no tasks.",
            "beat": "The beat sends no tasks, or the worker is stuck on those it took.",
        },
        "System OK",
        "Timers dead",
        "System health",
    ),
}
COUNT_CHANGES = """() => {
  window.changes = 0;
  new MutationObserver((found) => { window.changes += found.length; })
    .observe(document.getElementById("timers-dead"), { childList: true, subtree: true,
      characterData: true, attributes: true });
}"""


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    """The process hangs for the length of the block."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def asked_again(page: Page, times: int = 1) -> None:
    for _time in range(times):
        with page.expect_response(re.compile("/pulse/")):
            pass


def test_the_details_on_a_page_of_their_own_lead_on(running: Drill, enter: Enter) -> None:
    page = enter("tongdaodien", running.path("console/health/")).page
    # Drawn anew, as a drawer is: then nothing moves under the hand for two seconds.
    page.evaluate("() => { document.getElementById('health-in').dataset.before = '1'; }")
    expect(page.locator("#health-in:not([data-before])")).to_be_visible()
    page.locator("#health-in a").first.click()
    expect(page).to_have_url(re.compile(r"/console/inject/\d+/$"))


@pytest.mark.parametrize("where", ["people/", "console/health/"])
def test_pages_around_the_console_hear_it_and_miss_nothing(
    running: Drill, enter: Enter, where: str
) -> None:
    page = enter("tongdaodien", running.path(where)).page
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    running.do("pause")
    expect(page.get_by_text("Tạm dừng. Đồng hồ diễn tập dừng")).to_be_visible()
    assert complaints == []


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    ("language", "who", "where"),
    [("vi", "worker", "console/"), ("en", "beat", "journal/")],
)
def test_dead_timers_are_told_and_told_once(
    running: Drill, enter: Enter, language: str, who: str, where: str
) -> None:
    dead, blame, well, chip, _details = SAID[language]
    visitor = enter("tongdaodien", running.path())
    visitor.speak(language)
    page = visitor.open(running.path(where))
    banner = page.get_by_text(dead)
    expect(page.get_by_text(well)).to_be_visible()
    expect(banner).to_be_hidden()
    pid = running.site.worker_pid() if who == "worker" else running.site.beat_pid()
    with stopped(pid):
        expect(banner).to_be_visible(timeout=SOON_MS)
        expect(page.get_by_text(chip)).to_be_visible()
        expect(page.get_by_text(blame[who])).to_be_visible(timeout=SOON_MS)
        assert violations(page, f"{where} {language}") == []
        page.evaluate(COUNT_CHANGES)
        asked_again(page, 2)
        assert page.evaluate("() => window.changes") == 0  # a reader is not told again
    expect(banner).to_be_hidden(timeout=SOON_MS)
    expect(page.get_by_text(well)).to_be_visible()


@pytest.mark.timeout(240)
def test_a_phone_and_a_pause_show_the_banner_too(running: Drill, enter: Enter) -> None:
    page = enter("tongdaodien", running.path(), viewport=PHONE).page
    running.do("pause")
    with stopped(running.site.worker_pid()):
        expect(page.get_by_text("Bộ hẹn giờ không hoạt động.")).to_be_visible(timeout=SOON_MS)
        assert too_wide(page, "console with dead timers") == []
    expect(page.get_by_text("Bộ hẹn giờ không hoạt động.")).to_be_hidden(timeout=SOON_MS)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_details_renew_themselves_while_they_are_open(
    running: Drill, enter: Enter, language: str
) -> None:
    visitor = enter("tongdaodien", running.path())
    visitor.speak(language)
    page = visitor.open(running.path())
    page.get_by_role("link", name=SAID[language][2]).click()
    drawer = page.get_by_role("dialog")
    heading = drawer.get_by_role("heading", name=SAID[language][4])
    expect(heading).to_be_visible()
    first = drawer.get_by_role("link").first
    first.focus()
    with page.expect_response(re.compile("/console/health/")):
        pass
    expect(first).to_be_focused()
    assert violations(page, f"health {language}") == []
    page.keyboard.press("Escape")
    expect(heading).to_be_hidden()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    asked_again(page, 3)
    assert not [url for url in asked if "/console/health/" in url]


def test_an_expired_sign_in_puts_nothing_into_the_page(running: Drill, enter: Enter) -> None:
    visitor = enter("tongdaodien", running.path("journal/"))
    page = visitor.page
    expect(page.get_by_text("Hệ thống tốt").first).to_be_visible()
    title = page.title()
    visitor.context.clear_cookies()
    asked_again(page, 2)
    assert page.title() == title
    expect(page.get_by_text("Hệ thống tốt").first).to_be_visible()


def test_the_details_without_script(running: Drill, enter: Enter) -> None:
    page = enter("tongdaodien", running.path(), java_script_enabled=False).page
    page.locator("#health-open").click()
    expect(page.get_by_role("heading", name="Tình trạng hệ thống")).to_be_visible()
    expect(page.get_by_text("Hệ thống tốt").first).to_be_visible()
