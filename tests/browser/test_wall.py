"""The board on a wall: nothing too small, nothing cut off, whatever lasts above it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from .conftest import Drill, Enter
from .visitor import PHONE, WALL, box

pytestmark = pytest.mark.browser
GONE = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "Failed to load", "htmx:", "undefined")

WRONG = """() => {
  const wrong = [];
  for (const part of document.querySelectorAll("main *")) {
    const own = [...part.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!own || !part.checkVisibility() || part.closest(".wall-tools, .vh")) continue;
    const words = part.textContent.trim().slice(0, 40);
    const { top, bottom, right } = part.getBoundingClientRect();
    const tile = (part.closest(".tile") || document.body).getBoundingClientRect();
    if (parseFloat(getComputedStyle(part).fontSize) < 28) wrong.push(`small: ${words}`);
    if (right > tile.right + 1 || bottom > tile.bottom + 1 || top < tile.top - 1)
      wrong.push(`cut off: ${words}`);
  }
  return wrong;
}"""

# In one look: the board is drawn anew under whoever looks twice.
SIZES = """name => {
  const tile = [...document.querySelectorAll("main li")].find(
    (one) => one.textContent.includes(name));
  return [...tile.querySelectorAll("div")]
    .filter((one) => one.checkVisibility() && one.textContent.trim())
    .map((one) => parseFloat(getComputedStyle(one).fontSize));
}"""


def wrong(page: Page) -> list[str]:
    return list(page.evaluate(WRONG))


@pytest.mark.parametrize("language", ["vi", "en"])
def test_everything_is_large_and_whole_in_every_state(
    running: Drill, enter: Enter, language: str
) -> None:
    visitor = enter(viewport=WALL)
    visitor.speak(language)
    page = visitor.open(running.board)
    assert wrong(page) == []
    running.do("pause")
    page.reload()
    assert wrong(page) == []
    running.do(
        "call_real_world_stop",
        place="Kho vật tư, cổng sau",
        words="Một người ngã từ thang, đang cấp cứu; tránh lối vào cổng sau cho xe cứu thương.",
    )
    page.reload()
    alarm = page.get_by_text("REAL-WORLD EMERGENCY")
    expect(alarm).to_be_in_viewport(ratio=1)
    expect(alarm).to_have_css("font-size", re.compile(r"^[6-9]\d"))
    assert wrong(page) == []
    running.do("lift_real_world_stop")
    running.do("end")
    page.reload()
    assert wrong(page) == []


def test_on_a_phone_names_and_states_are_as_large_as_text(running: Drill, enter: Enter) -> None:
    page = enter(to=running.board, viewport=PHONE).page
    tile = page.get_by_role("listitem").filter(has_text="Năng lượng").first
    expect(tile.get_by_text("Năng lượng", exact=True)).to_have_css("font-size", "16px")
    assert min(page.evaluate(SIZES, "Năng lượng")) >= 14
    assert 40 <= box(tile)["height"] < 60


def test_cut_off_it_shows_the_time_of_the_last_data(running: Drill, enter: Enter) -> None:
    running.do("set_pace", rate_permille=60_000)
    visitor = enter(to=running.board, viewport=WALL)
    visitor.expects(*GONE)
    page = visitor.page
    timer = page.get_by_role("timer")
    expect(timer).to_contain_text("Đang chạy")
    visitor.context.set_offline(True)
    expect(timer).to_contain_text("Số liệu lúc")
    expect(timer).not_to_contain_text("Đang chạy", use_inner_text=True)
    shown = timer.inner_text()
    # A minute of the exercise passes in a second; here none does any more.
    page.wait_for_function(
        "since => performance.now() > since + 2500", arg=page.evaluate("() => performance.now()")
    )
    assert timer.inner_text() == shown
    assert wrong(page) == []
    visitor.context.set_offline(False)
    expect(timer).to_contain_text("Đang chạy", use_inner_text=True)


def test_the_banner_tells_the_time_of_the_exercises_place(running: Drill, enter: Enter) -> None:
    visitor = enter("tongdaodien", running.path(), timezone_id="America/New_York")
    visitor.expects(*GONE)
    page = visitor.page
    wall = page.locator("[data-clock=wall]")
    visitor.context.set_offline(True)
    lost = page.get_by_role("alert").filter(has_text="Số liệu lúc")
    hour = int(wall.inner_text()[:2])
    # The last data may be of the hour before.
    hours = f"{hour:02}|{(hour - 1) % 24:02}"
    expect(lost).to_contain_text(re.compile(f"Số liệu lúc ({hours}):"))
    # It takes a place of its own and lies over nothing.
    bar, head = box(lost), box(page.get_by_role("region", name="Đồng hồ diễn tập"))
    assert bar["y"] + bar["height"] <= head["y"] + 1
    page.get_by_role("link", name="Nhật ký", exact=True).click(trial=True)
