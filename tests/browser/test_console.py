"""What the console shows stays whole, true and in sight."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from .conftest import Drill, Enter
from .visitor import PHONE, box

pytestmark = pytest.mark.browser
LATER = "() => new Promise((done) => setTimeout(done, 1600))"
NOW_SEEN = """() => {
  const pane = document.querySelector("[aria-label='Dòng thời gian MSEL']:not(section)");
  const x = pane.querySelector(".now-line").getBoundingClientRect().left;
  const { left, right } = pane.getBoundingClientRect();
  return x > left && x < right;
}"""


def drawer_of(page: Page, unit: str) -> Locator:
    page.get_by_role("link", name=re.compile(f"^{unit}")).first.click()
    drawer = page.get_by_role("dialog", name="Chi tiết")
    expect(drawer.get_by_role("heading", level=2)).to_be_visible()
    return drawer


def test_an_open_drawer_stays_true(running: Drill, enter: Enter) -> None:
    page = enter("tongdaodien", running.path()).page
    drawer = drawer_of(page, "Văn phòng")
    nudge = drawer.get_by_role("button", name="Nhắc")
    nudge.first.focus()
    running.do("release", inject="1.02")
    expect(drawer.get_by_role("link", name=re.compile("Công điện về chuyển"))).to_be_visible()
    expect(drawer.get_by_role("button", name="Nhắc").first).to_be_focused()


def test_a_drawer_in_use_is_left_alone(running: Drill, enter: Enter) -> None:
    page = enter("tongdaodien", running.path()).page
    drawer = drawer_of(page, "Văn phòng")
    drawer.get_by_role("link", name=re.compile("Phổ biến quy định")).click()
    expect(drawer.get_by_role("heading", name=re.compile("^1.01"))).to_be_visible()
    reason = drawer.get_by_label("Lý do thu hồi")
    reason.fill("Phát nhầm")
    running.do("acknowledge", "chanhvanphong", tasking="1.01/VP")
    log = page.locator("#log").get_by_text("đã nhận", exact=False)
    expect(log.first).to_have_count(1)
    page.evaluate(LATER)
    expect(reason).to_have_value("Phát nhầm")
    expect(reason).to_be_focused()


@pytest.mark.parametrize("phone", [False, True])
def test_the_timeline_follows_a_jump(running: Drill, enter: Enter, phone: bool) -> None:
    more = {"viewport": PHONE} if phone else {}
    page = enter("tongdaodien", running.path(), **more).page
    page.wait_for_function(NOW_SEEN)
    running.do("jump", to="N2 14:00", missed="hold")
    page.wait_for_function(NOW_SEEN)


@pytest.mark.parametrize("width", [1280, 1440])
@pytest.mark.parametrize("font", ["Inter", "DejaVu Sans"])
def test_thirteen_units_and_the_gate_are_seen_whole(
    running: Drill, enter: Enter, width: int, font: str
) -> None:
    page = enter("tongdaodien", running.path(), viewport={"width": width, "height": 900}).page
    page.evaluate("font => document.documentElement.style.setProperty('--font', font)", font)
    last = page.get_by_role("link", name=re.compile("^Quản lý thị trường"))
    expect(last.get_by_text("Quá hạn")).to_be_in_viewport(ratio=1)
    gate = page.get_by_role("region", name="Cổng")
    override = gate.get_by_role("link", name="Vượt cổng…")
    assert override.evaluate("link => link.scrollWidth <= link.clientWidth")
    if font == "Inter" and width == 1440:
        expect(gate.get_by_role("listitem").last).to_be_in_viewport(ratio=1)
    assert page.evaluate("() => document.documentElement.scrollHeight") <= 900


def test_an_evaluator_sees_what_is_rated(running: Drill, enter: Enter) -> None:
    tasking = running.ids()["taskings"]["1.01/BGD"]
    page = enter("danhgia1", running.path(f"evaluate/{tasking}/")).page
    row = page.get_by_role("region", name="Việc của đơn vị").get_by_role("article")
    expect(row.get_by_role("link")).to_have_attribute("aria-current", "page")
    whole = page.get_by_role("group", name="Đánh giá chung")
    whole.get_by_role("radio", name="U Không đạt").check()
    page.get_by_role("button", name="Lưu đánh giá").click()
    expect(row).to_contain_text("U 1.01")
    # The list is drawn anew for everybody; what is this evaluator's own stays on it.
    running.do("acknowledge", "giamdoc", tasking="1.01/BGD")
    expect(row).to_contain_text("Đã nhận")
    expect(row).to_contain_text("U 1.01")
    page.reload()
    expect(row).to_contain_text("U 1.01")


def test_the_journal_is_read_on_a_phone(running: Drill, enter: Enter) -> None:
    page = enter("tongdaodien", running.path("journal/"), viewport=PHONE).page
    words = page.get_by_role("cell").filter(has_text="phát 1.01").first
    place = box(words)
    assert place["x"] + place["width"] <= PHONE["width"]


def test_what_is_late_can_be_read_alone(running: Drill, enter: Enter) -> None:
    running.do("jump", to="+30", missed="hold")
    page = enter("tongdaodien", running.path()).page
    log = page.get_by_role("region", name="Nhật ký")
    late = page.get_by_role("button", name=re.compile("^Trễ [1-9]"))
    late.click()
    expect(log.get_by_text("phát 1.01", exact=False)).to_be_hidden()
    expect(log.get_by_role("listitem").first).to_be_visible()
    page.reload()
    expect(late).to_have_attribute("aria-pressed", "true")
    page.get_by_role("group", name="Lọc nhật ký").get_by_role("button", name="Tất cả").click()
    expect(log.get_by_text("phát 1.01", exact=False)).to_be_visible()


def test_units_as_a_table(running: Drill, enter: Enter) -> None:
    page = enter("tongdaodien", running.path()).page
    page.get_by_role("button", name="Bảng", exact=True).click()
    running.do("acknowledge", "giamdoc", tasking="1.01/BGD")
    expect(page.locator("#log").get_by_text("Ban Giám đốc đã nhận", exact=False)).to_be_visible()
    expect(page.get_by_role("button", name="Bảng", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    first = box(page.get_by_role("link", name=re.compile("^Ban Giám đốc")).first)
    second = box(page.get_by_role("link", name=re.compile("^Văn phòng")).first)
    assert first["x"] == second["x"]
