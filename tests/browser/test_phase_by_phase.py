"""A director takes a drill from phase 1 to 2; a lead's phone and the wall follow at once."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from .conftest import Drill, Enter
from .site import Site
from .visitor import PHONE, WALL

pytestmark = pytest.mark.browser

LIMIT_MS = 1000
ATTEMPTS = 6
"""A small shared machine hiccups; none of the changes may be slow for a reason."""
CLICKED = """() => document.addEventListener("click", () => {
  window.clickedAt = performance.timeOrigin + performance.now();
}, { capture: true })"""
SEEN = """words => { window.seen = new Promise((resolve) => {
  const look = () => document.querySelector("main").innerText.includes(words)
    && (observer.disconnect(), resolve(performance.timeOrigin + performance.now()));
  const observer = new MutationObserver(look);
  observer.observe(document.body, { subtree: true, childList: true, characterData: true });
  look();
}); }"""


class Stopwatch:
    """From a click on one page to words on another, by the machine's one clock."""

    def __init__(self, board: Page) -> None:
        self.board = board
        self.took_ms: dict[str, float] = {}

    def shows(self, words: str, by: Page, act: Callable[[], None]) -> None:
        by.evaluate(CLICKED)
        self.board.evaluate(SEEN, words)
        act()
        expect(self.board.get_by_role("main")).to_contain_text(words)
        seen = self.board.evaluate("() => window.seen")
        took = seen - by.evaluate("() => window.clickedAt")
        assert took > 0, f"“{words}” was there before"
        self.took_ms[words] = took


@pytest.mark.timeout(400)
def test_every_change_reaches_the_wall_within_a_second(site: Site, enter: Enter) -> None:
    best: dict[str, float] = {}
    for attempt in range(ATTEMPTS):
        made = site.stage("exercise", code=f"tung-giai-doan-{attempt}")
        drill = Drill(site, made["code"], made["board"])
        for words, took in play(drill, enter).items():
            best[words] = min(took, best.get(words, took))
        if max(best.values()) < LIMIT_MS:
            break
    assert max(best.values()) < LIMIT_MS, best
    assert {"phase_ended", "posture_confirmed", "clock_jumped", "inject_held"} <= set(drill.kinds)


def play(drill: Drill, enter: Enter) -> dict[str, float]:
    """The story; answers what took how long."""
    director = enter("tongdaodien", drill.path()).page
    board = enter(to=drill.board, viewport=WALL).page
    watch = Stopwatch(board)

    def press(name: str, page: Page = director) -> Callable[[], None]:
        return lambda: page.get_by_role("button", name=name, exact=True).first.click()

    expect(board.get_by_text("Đang chạy")).to_have_count(0)
    director.get_by_role("link", name="Bắt đầu diễn tập").click()
    watch.shows("Đang chạy ×1", director, press("Bắt đầu diễn tập"))
    watch.shows("Đang chạy ×8", director, press("×8"))
    lead = enter("chanhvanphong", drill.path("inbox/"), viewport=PHONE).page
    watch.shows("Phổ biến quy định", director, press("Phát ngay 1.01"))
    # A lead on the telephone.
    expect(lead.get_by_role("heading", name="Cần làm ngay")).to_be_visible()
    watch.shows("Văn phòng đã nhận", lead, press("Đã nhận tin 1.01", lead))

    press("Giữ 1.03")()
    expect(director.get_by_text("Đã tạm giữ 1.03.")).to_be_visible()

    director.get_by_role("link", name="Nhảy tới…").click()
    director.get_by_label(re.compile("Giờ diễn tập .N1")).fill("N1 07:40")
    director.get_by_role("button", name="Xem trước").click()
    drawer = director.get_by_role("dialog", name="Chi tiết")
    expect(drawer.get_by_text("Đi qua 1 tin chưa phát:")).to_be_visible()
    watch.shows("07:40", director, press("Nhảy và giữ lại"))
    expect(drawer).to_be_hidden()

    # Another lead reports; the director confirms from the unit's drawer.
    other = enter("gdxangdau", drill.path("inbox/"), viewport=PHONE).page
    watch.shows("báo cáo hoàn thành giai đoạn", other, press("Báo cáo đơn vị hoàn thành", other))
    director.get_by_role("link", name=re.compile("^Xăng dầu")).click()
    watch.shows("xác nhận Xăng dầu", director, press("Xác nhận hoàn thành"))
    director.keyboard.press("Escape")
    expect(drawer).to_be_hidden()

    director.get_by_role("link", name="Vượt cổng…").click()
    gate = director.get_by_role("dialog", name=re.compile("Vượt cổng"))
    gate.get_by_label(re.compile("Lý do")).fill("Ban Chỉ đạo cho chuyển sớm để kịp giờ.")
    watch.shows("Bắt đầu giai đoạn tổ chức chuẩn bị", director, press("Vượt cổng"))
    expect(gate).to_be_hidden()
    expect(director.get_by_text("Cổng 2 → 3")).to_be_visible()

    for visitor in (director, lead, other, board):
        visitor.context.close()
    return watch.took_ms
