"""Looking back in a browser: dragging, stepping, playing; the hot wash on the projector."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from .conftest import Drill, Enter
from .site import Site
from .test_every_page import too_wide, violations
from .visitor import WALL

pytestmark = pytest.mark.browser

REPLAY = "/x/giua-chung/replay/"


def seq(page: Page) -> int:
    return int(page.locator("#permalink .num").inner_text())


def label(page: Page) -> str:
    return page.locator("#replay-label").inner_text()


def past_clock(page: Page) -> str:
    return page.get_by_role("timer").inner_text().split("\n")[0]


def test_dragging_stepping_and_a_permalink(site: Site, enter: Enter) -> None:
    visitor = enter("tongdaodien", f"{REPLAY}?at=100")
    page = visitor.page
    assert page.evaluate("document.body.dataset.stream") is None
    expect(page.get_by_role("button", name="Tạm dừng")).to_have_count(0)
    expect(page.locator("#replay-label")).to_have_text(re.compile(r"^N1 \d\d:\d\d:\d\d$"))

    page.get_by_role("link", name="Mục sau").click()
    expect(page.locator("#permalink .num")).to_have_text("101")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#permalink .num")).to_have_text("102")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#permalink .num")).to_have_text("101")
    page.keyboard.press("Home")
    expect(page.locator("#permalink .num")).to_have_text("1")
    expect(page.get_by_role("link", name="Mục trước")).to_have_attribute("aria-disabled", "true")

    slider = page.get_by_role("slider", name="Giờ diễn tập")
    slider.fill(str(95 * 60 * 1_000_000))
    expect(page.locator("#replay-label")).to_have_text("N1 08:35:00")
    expect(slider).to_have_attribute("aria-valuetext", "N1 08:35:00")
    expect(page.get_by_role("timer")).to_contain_text("08:35")
    expect(page.get_by_role("link", name="Bảng tin", exact=True).last).to_be_visible()
    expect(page).to_have_url(re.compile(r"\?at=\d+&us=5700000000&view=console$"))
    shown = page.locator("#moment").inner_text()
    page.goto(page.url)
    expect(page.locator("#replay-label")).to_have_text("N1 08:35:00")
    assert page.locator("#moment").inner_text() == shown


def test_playing_goes_on_by_itself_at_the_pace_and_stops(site: Site, enter: Enter) -> None:
    page = enter("tongdaodien", f"{REPLAY}?at=60&view=board").page
    began, at = label(page), seq(page)
    page.get_by_label("Nhịp phát lại").select_option("×600")
    page.locator("body").press("Space")
    expect(page.get_by_role("button", name="Dừng lại")).to_be_visible()
    page.wait_for_function(
        "at => Number(document.querySelector('#permalink .num').textContent) > at + 20", arg=at
    )
    page.locator("body").press("Space")
    expect(page.get_by_role("button", name="Phát lại")).to_be_visible()
    assert label(page) > began
    # The board's own clock is the past's as well, not today's: of the entry that is stepped to.
    page.get_by_role("link", name="Mục sau").click()
    page.wait_for_function(
        """() => {
          const label = document.querySelector("#replay-label").textContent.split(" ")[1];
          return document.querySelector("[role=timer]").innerText.includes(label.slice(0, 5));
        }"""
    )


def test_without_script_links_and_a_button_do(site: Site, enter: Enter) -> None:
    page = enter("tongdaodien", f"{REPLAY}?at=50", java_script_enabled=False).page
    page.get_by_role("link", name="Mục sau").click()
    expect(page.locator("#permalink .num")).to_have_text("51")
    page.get_by_role("link", name="Bảng tin", exact=True).last.click()
    expect(page.locator("#board")).to_be_visible()
    page.get_by_role("slider").fill(str(95 * 60 * 1_000_000))
    page.get_by_role("button", name="Xem", exact=True).click()
    expect(page.locator("#replay-label")).to_have_text("N1 08:35:00")
    page.get_by_role("link", name="Tới cuối").click()
    expect(page.get_by_role("link", name="Mục sau")).to_have_attribute("aria-disabled", "true")


def test_observers_look_back_by_the_link(running: Drill, enter: Enter) -> None:
    running.do("acknowledge", "chanhvanphong", tasking="1.01/VP")
    running.do("end")
    page = enter("tongdaodien", running.path("replay/")).page
    page.get_by_text("Liên kết quan sát").click()
    address = page.get_by_label("Liên kết", exact=True).input_value()
    observer = enter(to=address.removeprefix(running.site.address)).page
    expect(observer.locator("#board")).to_contain_text("đã nhận")
    observer.keyboard.press("Home")
    expect(observer.locator("#board")).not_to_contain_text("đã nhận")
    expect(observer.get_by_role("navigation", name="Chính")).to_have_count(0)
    assert violations(observer, "replay by link") == []
    assert too_wide(observer, "replay by link") == []


def test_the_hot_wash_goes_by_keys(running: Drill, enter: Enter) -> None:
    running.do("acknowledge", "chanhvanphong", tasking="1.01/VP")
    running.do("pause")
    running.do("resume")
    running.do("end")
    page = enter("tongdaodien", running.path("hot-wash/"), viewport=WALL).page
    headings = page.get_by_role("heading", level=2)
    expect(headings).to_have_count(1)
    first = headings.inner_text()
    expect(page.locator("#beside #board")).to_be_visible()
    assert violations(page, "hot wash") == []
    page.keyboard.press("Space")
    expect(headings).not_to_have_text(first)
    expect(page).to_have_url(re.compile("#finding-2$"))
    page.keyboard.press("ArrowLeft")
    expect(headings).to_have_text(first)
    page.keyboard.press("End")
    expect(page.get_by_role("button", name="Nhận định sau")).to_have_attribute(
        "aria-disabled", "true"
    )
    page.keyboard.press("Home")
    expect(headings).to_have_text(first)
    # A case of a finding shows its own moment.
    while not page.locator(".slide:not(.away) a[data-at]").count():
        page.keyboard.press("ArrowRight")
    case = page.locator(".slide:not(.away) a[data-at]").last
    at = case.get_attribute("data-at")
    case.click()
    expect(page.locator("#beside .then a .num")).to_have_text(str(at))
    assert too_wide(page, "hot wash") == []
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile("/replay/$"))
