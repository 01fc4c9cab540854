"""The console without a mouse."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from .conftest import Drill, Enter

pytestmark = pytest.mark.browser

OUTLINE = """() => {
  const style = getComputedStyle(document.activeElement);
  return style.outlineStyle + parseFloat(style.outlineWidth);
}"""


def ringed(page: Page) -> bool:
    return bool(re.fullmatch(r"(solid|auto)[2-9].*", page.evaluate(OUTLINE)))


def test_the_clock_by_keys(running: Drill, enter: Enter) -> None:
    page = enter("tongdaodien", running.path()).page
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Chạy tiếp")).to_be_visible()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Tạm dừng")).to_be_visible()
    page.keyboard.press("4")
    expect(page.get_by_role("button", name="×4")).to_have_attribute("aria-pressed", "true")

    opener = page.get_by_role("link", name="Nhảy tới…")
    opener.focus()
    page.keyboard.press("j")
    field = page.get_by_label(re.compile("Giờ diễn tập .N1"))
    expect(field).to_be_focused()
    # Nothing fires while typing: these are all keys of the console.
    page.keyboard.type("4 8 r x g h")
    expect(field).to_have_value("4 8 r x g h")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Chi tiết")).to_be_hidden()
    expect(page.get_by_role("link", name="Nhảy tới…")).to_be_focused()
    expect(page.get_by_role("button", name="×4")).to_have_attribute("aria-pressed", "true")
    assert "inject_skipped" not in running.kinds


def test_what_comes_next_by_keys(running: Drill, enter: Enter) -> None:
    page = enter("tongdaodien", running.path()).page
    queue = page.get_by_role("region", name="Sắp phát")
    queue.get_by_role("link", name=re.compile("^1.02 ")).focus()
    page.keyboard.press("ArrowDown")
    second = queue.get_by_role("link", name=re.compile("^1.03 "))
    expect(second).to_be_focused()
    assert ringed(page)
    page.keyboard.press("h")
    expect(page.get_by_text("Đã tạm giữ 1.03.")).to_be_visible()
    expect(queue.get_by_role("link", name=re.compile("^1.03 "))).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(queue.get_by_role("link", name=re.compile("^1.02 "))).to_be_focused()
    page.keyboard.press("r")
    expect(page.get_by_text("Đã phát 1.02.", exact=False)).to_be_visible()
    queue.get_by_role("link", name=re.compile("^1.04 ")).focus()
    page.keyboard.press("x")
    expect(page.get_by_text("Đã bỏ qua 1.04.")).to_be_visible()
    kinds = running.kinds
    assert kinds.count("inject_released") == 2
    assert kinds.count("inject_held") == kinds.count("inject_skipped") == 1


def test_units_in_a_grid_and_the_way_back(running: Drill, enter: Enter) -> None:
    page = enter("tongdaodien", running.path()).page
    page.get_by_role("link", name=re.compile("^Ban Giám đốc")).focus()
    page.keyboard.press("ArrowRight")
    office = page.get_by_role("link", name=re.compile("^Văn phòng"))
    expect(office).to_be_focused()
    assert ringed(page)
    page.keyboard.press("Enter")
    drawer = page.get_by_role("dialog", name="Chi tiết")
    expect(drawer.get_by_role("heading", name="Văn phòng Sở")).to_be_visible()
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(office).to_be_focused()
    page.keyboard.press("g")
    assert page.evaluate("() => document.activeElement.innerText").startswith("Cổng 1 → 2")
    assert ringed(page)


def test_single_letters_can_be_switched_off(running: Drill, enter: Enter) -> None:
    page = enter("tongdaodien", running.path()).page
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Phím tắt")
    expect(keys).to_be_visible()
    keys.get_by_label("Dùng phím tắt một chữ").uncheck()
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    page.keyboard.press("j")
    page.keyboard.press("4")
    page.keyboard.press("Space")
    page.keyboard.press("?")  # the way back stays
    expect(keys).to_be_visible()
    expect(page.get_by_role("dialog", name="Chi tiết")).to_be_hidden()
    expect(page.get_by_role("button", name="×4")).to_have_attribute("aria-pressed", "false")
    keys.get_by_label("Dùng phím tắt một chữ").check()
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    page.keyboard.press("j")
    expect(page.get_by_role("dialog", name="Chi tiết")).to_be_visible()


def test_the_skip_link_is_the_first_stop(running: Drill, enter: Enter) -> None:
    page = enter("tongdaodien", running.path()).page
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Tới nội dung chính")).to_be_focused()
    assert ringed(page)


def test_keys_act_in_the_open_drawer_and_not_behind_it(running: Drill, enter: Enter) -> None:
    page = enter("tongdaodien", running.path()).page
    page.get_by_role("region", name="Sắp phát").get_by_role(
        "link", name=re.compile("^1.04 ")
    ).click()
    drawer = page.get_by_role("dialog", name="Chi tiết")
    expect(drawer.get_by_role("button", name="Phát ngay")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("4")
    page.keyboard.press("h")
    expect(drawer.get_by_role("button", name="Nhả")).to_be_visible()
    page.keyboard.press("x")
    expect(drawer.get_by_role("button", name="Lấy lại")).to_be_visible()
    page.keyboard.press("Escape")

    page.get_by_role("link", name=re.compile("^Văn phòng")).click()
    expect(drawer.get_by_role("heading", name="Văn phòng Sở")).to_be_visible()
    page.keyboard.press("n")
    expect(page.get_by_text("Đã nhắc", exact=False).first).to_be_visible()
    kinds = running.kinds
    assert "inject_held" in kinds
    assert "inject_skipped" in kinds
    assert not {"pace_set", "clock_jumped"} & set(kinds)


def test_shift_and_r_sends_again(running: Drill, enter: Enter) -> None:
    page = enter("tongdaodien", running.path()).page
    inject = running.ids()["injects"]["1.01"]
    page.locator(f"a[href='inject/{inject}/']").first.dispatch_event("click")
    again = page.get_by_role("button", name="Phát lại cho đơn vị chưa nhận")
    expect(again).to_be_visible()
    page.keyboard.press("Shift+R")
    expect(page.get_by_text("Đã phát lại", exact=False).first).to_be_visible()


def test_a_stroke_finds(running: Drill, enter: Enter) -> None:
    page = enter("tongdaodien", running.path()).page
    expect(page.get_by_role("link", name="Tìm đơn vị, tình huống")).to_be_visible()
    page.keyboard.press("/")
    field = page.get_by_role("searchbox")
    expect(field).to_be_focused()
    page.keyboard.type("xang dau")
    expect(page.get_by_role("dialog").get_by_role("link", name="Xăng dầu").first).to_be_visible()


def test_a_rating_by_its_letter(running: Drill, enter: Enter) -> None:
    tasking = running.ids()["taskings"]["1.01/BGD"]
    page = enter("danhgia1", running.path(f"evaluate/{tasking}/")).page
    first = page.locator(".judge > li").first
    page.keyboard.press("m")
    expect(first.get_by_role("radio", name=re.compile("^M "))).to_be_checked()
    page.keyboard.press("s")
    expect(first.get_by_role("radio", name=re.compile("^S "))).to_be_checked()
    expect(first.get_by_text("Đã lưu", exact=False)).to_be_visible()
    page.reload()
    expect(first.get_by_role("radio", name=re.compile("^S "))).to_be_checked()


@pytest.mark.parametrize("then", ["closed", "turned", "written in"])
def test_what_was_on_its_way_to_a_drawer_does_not_come_over_what_was_done_since(
    running: Drill, enter: Enter, then: str
) -> None:
    running.do("report_posture", "chanhvanphong", unit_code="VP")
    page = enter("tongdaodien", running.path()).page
    drawer = page.get_by_role("dialog", name="Chi tiết")
    page.get_by_role("link", name=re.compile("^Văn phòng")).click()
    heading = drawer.get_by_role("heading", name="Văn phòng Sở")
    expect(heading).to_be_visible()
    held: list[Route] = []
    page.route("**/console/unit/*/", lambda route: held.append(route))
    with page.expect_request("**/console/unit/*/"):
        running.do("release", inject="1.02")
    if then == "closed":
        page.keyboard.press("Escape")
    elif then == "turned":
        drawer.locator("a[hx-target='#drawer-in']").first.click()
        expect(heading).to_have_count(0)
    else:
        drawer.get_by_label("Lý do trả lại").fill("Chưa đủ quân số")
    page.evaluate(
        """() => { window.answered = new Promise((done) => document.addEventListener(
          "htmx:afterRequest", () => setTimeout(done, 100), { once: true })); }"""
    )
    held[0].continue_()
    page.evaluate("() => window.answered")
    if then == "closed":
        expect(drawer).to_be_hidden()
    elif then == "turned":
        expect(heading).to_have_count(0)
    else:
        expect(drawer.get_by_label("Lý do trả lại")).to_have_value("Chưa đủ quân số")
