"""On a phone the order can be read, and what is pressed stays within reach."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from .conftest import Drill, Enter
from .visitor import PHONE, box

pytestmark = pytest.mark.browser


def open_tasking(drill: Drill, enter: Enter, inject: str) -> Page:
    tasking = drill.ids()["taskings"][f"{inject}/VP"]
    return enter("trucban", drill.path(f"inbox/{tasking}/"), viewport=PHONE).page


def test_only_the_buttons_of_a_long_report_stay_below(running: Drill, enter: Enter) -> None:
    running.do("release", inject="1.03")
    running.do("acknowledge", "trucban", tasking="1.03/VP")
    page = open_tasking(running, enter, "1.03")
    send = page.get_by_role("button", name="Gửi báo cáo")
    expect(send).to_be_in_viewport(ratio=1)
    assert box(send)["y"] > PHONE["height"] - 160
    field = page.get_by_label("Trích yếu")
    expect(field).not_to_be_in_viewport()
    log = box(page.get_by_role("listitem").last)
    assert box(page.get_by_label("Báo cáo", exact=True))["y"] > log["y"] + log["height"]
    field.scroll_into_view_if_needed()
    expect(send).to_be_in_viewport(ratio=1)
    for label in ("Số văn bản", "Ngày", "Trích yếu"):
        assert box(page.get_by_label(label, exact=True))["width"] > PHONE["width"] - 40


def test_there_is_nothing_to_write_before_the_order_is_acknowledged(
    running: Drill, enter: Enter
) -> None:
    page = open_tasking(running, enter, "1.01")
    expect(page.get_by_role("button", name="Đã nhận tin")).to_be_visible()
    expect(page.get_by_label("Báo cáo", exact=True)).to_be_hidden()


def test_what_is_said_after_acknowledging_covers_none_of_the_new_buttons(
    running: Drill, enter: Enter
) -> None:
    running.do("release", inject="1.03")
    page = open_tasking(running, enter, "1.03")
    page.get_by_role("button", name="Đã nhận tin").click()
    start = page.get_by_role("button", name="Bắt đầu")
    expect(start).to_be_visible()
    said = page.locator("#toasts > .toast")
    expect(said).to_be_visible()
    page.wait_for_function(
        """() => {
          const said = document.querySelector("#toasts > .toast");
          const buttons = document.querySelector(".acts").getBoundingClientRect();
          return !said || said.getBoundingClientRect().bottom <= buttons.top;
        }"""
    )
    start.click()
    expect(page.get_by_role("button", name="Bắt đầu")).to_be_hidden()


def test_an_answer_hides_neither_title_nor_mark(running: Drill, enter: Enter) -> None:
    running.do("release", inject="1.02")
    page = open_tasking(running, enter, "1.02")
    page.get_by_role("button", name="Đã nhận tin").click()
    answer = page.get_by_role("status").filter(has_text="Đã xác nhận nhận tin 1.02.")
    expect(answer).to_be_visible()
    assert box(answer)["y"] > PHONE["height"] / 2
    expect(page.get_by_role("button", name="Hoàn thành")).to_be_visible()
    page.get_by_role("button", name="Hoàn thành").click(trial=True)  # nothing lies over it


def test_the_evaluators_list_has_the_whole_height(site: object, enter: Enter) -> None:
    page = enter("danhgia1", "/x/giua-chung/evaluate/", viewport=PHONE).page
    assert box(page.get_by_role("region", name="Việc của đơn vị"))["height"] > 400


def test_the_bar_below_lies_over_the_rows(running: Drill, enter: Enter) -> None:
    for inject in ("1.02", "1.03", "1.04", "1.05", "1.06"):
        running.do("release", inject=inject)
    page = enter("trucban", running.path("inbox/"), viewport=PHONE).page
    bar = page.get_by_role("navigation", name="Chính")
    expect(bar).to_be_visible()
    over = bar.evaluate("""bar => {
      const { left, right, top, height } = bar.getBoundingClientRect();
      for (const button of document.querySelectorAll("button")) {
        const y = button.getBoundingClientRect().top;
        scrollBy(0, y - top);
        for (let x = left + 4; x < right; x += 12) {
          if (!bar.contains(document.elementFromPoint(x, top + height / 2))) return false;
        }
      }
      return true;
    }""")
    assert over


def test_the_alarm_is_one_tap_away(running: Drill, enter: Enter) -> None:
    page = open_tasking(running, enter, "1.01")
    page.get_by_role("link", name="Tình huống thật").click()
    expect(page.get_by_role("dialog", name="Báo tình huống thật?")).to_be_visible()


def test_a_long_name_lies_under_nothing(site: object, enter: Enter) -> None:
    page = enter("gdmay", "/x/giua-chung/inbox/", viewport=PHONE).page
    menu = page.get_by_text("Giám đốc công ty may").locator("xpath=..")
    alarm = page.get_by_role("link", name="Tình huống thật")
    left, right = box(menu), box(alarm)
    assert left["x"] + left["width"] <= right["x"]


def test_a_menu_closes_when_something_was_chosen(running: Drill, enter: Enter) -> None:
    page = enter("trucban", running.path("inbox/"), viewport=PHONE).page
    page.get_by_text("Trực ban Sở").click()
    choice = page.get_by_role("button", name="Sáng / tối")
    choice.click()
    expect(choice).to_be_hidden()
    page.get_by_text("Trực ban Sở").click()
    expect(choice).to_be_visible()
    page.get_by_role("timer").click()
    expect(choice).to_be_hidden()
