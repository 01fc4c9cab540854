"""What was not done is said, with the reason, and the page stays usable."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .conftest import Drill, Enter

pytestmark = pytest.mark.browser


def test_the_second_directors_click_comes_too_late(running: Drill, enter: Enter) -> None:
    first = enter("tongdaodien", running.path())
    second = enter("phodaodien", running.path())
    second.expects("409")
    # The second page stops hearing: it goes on showing what is no longer so.
    second.page.evaluate("() => document.querySelectorAll('form').forEach(f => f.dataset.old = 1)")
    second.page.route("**/live/**", lambda route: route.abort())
    second.expects("ERR_FAILED")
    second.page.reload()
    expect(second.page.get_by_role("button", name="Bỏ qua 1.02")).to_be_visible()
    second.page.route("**/console/live/", lambda route: route.abort())

    first.page.get_by_role("button", name="Bỏ qua 1.02").click()
    expect(first.page.get_by_text("Đã bỏ qua 1.02.")).to_be_visible()
    second.page.get_by_role("button", name="Bỏ qua 1.02").click()
    alert = second.page.get_by_role("alert").filter(has_text="1.02 đang ở tình trạng")
    expect(alert).to_be_visible()
    expect(alert).to_contain_text("Trang này có thể đã cũ")
    alert.get_by_role("button", name="Đóng").click()
    expect(alert).to_be_hidden()


def test_skipping_can_be_taken_back(running: Drill, enter: Enter) -> None:
    director = enter("tongdaodien", running.path()).page
    director.get_by_role("button", name="Bỏ qua 1.02").click()
    expect(director.get_by_role("button", name="Phát ngay 1.02")).to_be_hidden()
    director.get_by_role("button", name="Hoàn tác").click()
    expect(director.get_by_text("Đã lấy lại 1.02.")).to_be_visible()
    expect(director.get_by_role("button", name="Phát ngay 1.02")).to_be_visible()


def test_a_form_says_what_is_wrong_with_it(running: Drill, enter: Enter) -> None:
    visitor = enter("tongdaodien", running.path())
    visitor.expects("422", "409")
    director = visitor.page
    director.get_by_role("link", name="Nhịp khác").click()
    dialog = director.get_by_role("dialog", name="Đặt nhịp đồng hồ")
    dialog.get_by_role("spinbutton").evaluate("field => { field.removeAttribute('max'); }")
    dialog.get_by_role("spinbutton").fill("9000")
    dialog.get_by_role("button", name="Đặt nhịp").click()
    expect(director.get_by_role("alert").filter(has_text="600")).to_be_visible()
    expect(dialog).to_be_visible()
    director.keyboard.press("Escape")
    expect(dialog).to_be_hidden()

    director.get_by_role("link", name="Nhảy tới…").click()
    director.get_by_label(re.compile("Giờ diễn tập .N1")).fill("hôm qua")
    director.get_by_role("button", name="Xem trước").click()
    field = director.get_by_label(re.compile("Giờ diễn tập .N1"))
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_value("hôm qua")
