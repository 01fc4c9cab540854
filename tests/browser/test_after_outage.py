"""After an outage: the director reads what happened, looks at each choice, and decides once."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .conftest import Drill, Enter
from .test_every_page import SCHEME, too_wide, violations
from .visitor import PHONE

pytestmark = pytest.mark.browser
QUEUE = re.compile(r"\d+ tin quá giờ phát, chờ quyết định\.")


@pytest.fixture
def queued(drill: Drill) -> Drill:
    drill.site.stage("late", code=drill.code)
    drill.comes_to("injects_overdue")
    return drill


def test_one_decision_after_its_preview(queued: Drill, enter: Enter) -> None:
    page = enter("tongdaodien", queued.path()).page
    page.get_by_role("link", name="Xem trước và quyết định…").click()
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_role("radio", name="Tạm giữ")).to_be_checked()
    expect(drawer.get_by_text("Dồn nhất")).to_be_hidden()
    drawer.get_by_role("radio", name="Phát giãn cách").check()
    expect(drawer.get_by_text("giờ thực").filter(visible=True).first).to_be_visible()
    drawer.get_by_role("checkbox").last.uncheck()
    spacing = drawer.get_by_label("Giãn cách (phút diễn tập)")
    spacing.fill("20")
    spacing.press("Tab")
    chosen = drawer.get_by_role("radio", name="Phát giãn cách 20 phút")
    expect(chosen).to_be_checked()  # the new preview keeps what was marked
    expect(drawer.get_by_text("Quyết định cho 4 tin")).to_be_visible()
    expect(drawer.get_by_role("checkbox").last).not_to_be_checked()
    assert violations(page, "overdue") == []
    drawer.get_by_role("button", name="Thực hiện quyết định").click()
    expect(page.get_by_text("Đã quyết định các tin quá giờ.")).to_be_visible()
    expect(drawer).to_be_hidden()
    expect(page.get_by_text("1 tin quá giờ phát, chờ quyết định.")).to_be_visible()
    assert "inject_rescheduled" in queued.kinds


def test_choices_changed_in_one_go_are_looked_at_once_more_and_nothing_is_called_lost(
    queued: Drill, enter: Enter
) -> None:
    page = enter("tongdaodien", queued.path()).page
    page.get_by_role("link", name="Xem trước và quyết định…").click()
    drawer = page.get_by_role("dialog")
    # Leaving the field looks, and so does the button that was pressed for it.
    drawer.get_by_label("Giãn cách (phút diễn tập)").fill("9")
    drawer.get_by_role("button", name="Xem trước").click()
    for place in range(2):
        drawer.get_by_role("checkbox").nth(place).uncheck()
    expect(drawer.get_by_role("radio", name="Phát giãn cách 9 phút")).to_be_visible()
    expect(drawer.get_by_text("Quyết định cho 3 tin")).to_be_visible()
    expect(page.get_by_text("Chưa gửi được")).to_have_count(0)


def test_the_decision_without_script_on_a_phone(queued: Drill, enter: Enter) -> None:
    page = enter("tongdaodien", queued.path(), viewport=PHONE, java_script_enabled=False).page
    expect(page.get_by_text(QUEUE)).to_be_visible()
    page.get_by_role("link", name="Xem trước và quyết định…").click()
    page.get_by_label("Giãn cách (phút diễn tập)").fill("7")
    page.get_by_role("button", name="Xem trước").click()
    page.get_by_role("radio", name="Phát giãn cách 7 phút").check()
    expect(page.get_by_text("giờ thực").filter(visible=True).first).to_be_visible()
    page.get_by_role("button", name="Thực hiện quyết định").click()
    expect(page.get_by_text("Đã quyết định các tin quá giờ.")).to_be_visible()
    expect(page.get_by_text(QUEUE)).to_be_hidden()


def test_the_clock_set_back_is_explained_until_it_goes_on(drill: Drill, enter: Enter) -> None:
    visitor = enter("tongdaodien", drill.path())
    page = visitor.page
    drill.site.stage("down", code=drill.code)
    outage = page.get_by_role("region", name="Hệ thống đã gián đoạn")
    expect(outage.get_by_text("Đồng hồ diễn tập được đặt lại về N1 07:01:00")).to_be_visible()
    expect(outage.get_by_role("listitem").first).to_contain_text("1.01")
    for scheme in ("light", "dark"):
        page.evaluate(SCHEME, scheme)
        assert violations(page, f"outage {scheme}") == []
    assert too_wide(page, "outage") == []
    outage.get_by_role("link", name=re.compile("^Nhảy tới .* cho kịp")).click()
    expect(
        page.get_by_role("dialog").get_by_text(re.compile("Đi qua .* tin chưa phát"))
    ).to_be_visible()
    page.keyboard.press("Escape")
    outage.get_by_role("button", name="Chạy tiếp").click()
    expect(outage).to_be_hidden()
    assert drill.kinds.count("inject_released") <= 1


def test_the_outage_in_english_on_a_phone(drill: Drill, enter: Enter) -> None:
    drill.site.stage("down", code=drill.code)
    visitor = enter("tongdaodien", drill.path(), viewport=PHONE)
    visitor.speak("en")
    page = visitor.open(drill.path())
    outage = page.get_by_role("region", name="The system was down")
    expect(outage.get_by_text("The exercise clock was set back to D1 07:01:00")).to_be_visible()
    assert too_wide(page, "outage in English") == []
