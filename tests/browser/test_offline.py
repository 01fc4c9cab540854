"""Without a network: what was pressed waits on the page and is sent once, by itself."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .conftest import Drill, Enter
from .visitor import PHONE

pytestmark = pytest.mark.browser
GONE = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "Failed to load", "htmx:", "undefined")
KEPT = "Mất mạng. Báo cáo được giữ trên máy, sẽ tự gửi."


def test_the_banner_comes_and_goes_with_the_network(running: Drill, enter: Enter) -> None:
    visitor = enter("chanhvanphong", running.path("inbox/"), viewport=PHONE)
    visitor.expects(*GONE)
    kept = visitor.page.get_by_role("status").filter(has_text=KEPT)
    expect(kept).to_be_hidden()
    visitor.context.set_offline(True)
    expect(kept).to_be_visible(timeout=2500)
    visitor.context.set_offline(False)
    expect(kept).to_be_hidden(timeout=2500)


def test_the_console_says_at_once_that_it_is_cut_off(running: Drill, enter: Enter) -> None:
    visitor = enter("tongdaodien", running.path())
    visitor.expects(*GONE)
    lost = visitor.page.get_by_role("alert").filter(has_text="Mất kết nối.")
    visitor.context.set_offline(True)
    expect(lost).to_be_visible(timeout=2500)
    visitor.context.set_offline(False)
    expect(lost).to_be_hidden()


def test_an_acknowledgement_waits_and_is_sent_by_itself(running: Drill, enter: Enter) -> None:
    running.do("release", inject="1.02")
    visitor = enter("chanhvanphong", running.path("inbox/"), viewport=PHONE)
    visitor.expects(*GONE)
    page = visitor.page
    visitor.context.set_offline(True)
    page.get_by_role("button", name=re.compile(r"Đã nhận tin 1\.01")).click()
    page.get_by_role("button", name=re.compile(r"Đã nhận tin 1\.02")).click()
    expect(page.get_by_role("button", name=re.compile("chờ gửi"))).to_have_count(2)
    visitor.context.set_offline(False)
    expect(page.get_by_role("button", name=re.compile("Đã nhận tin"))).to_have_count(0)
    expect(page.get_by_role("status").filter(has_text=KEPT)).to_be_hidden()
    assert running.kinds.count("tasking_acknowledged") == 2


def test_a_report_waits_with_its_words(running: Drill, enter: Enter) -> None:
    running.do("acknowledge", "chanhvanphong", tasking="1.01/VP")
    running.do("release", inject="1.02")
    running.do("acknowledge", "chanhvanphong", tasking="1.02/VP")
    tasking = running.ids()["taskings"]["1.02/VP"]
    visitor = enter("chanhvanphong", running.path(f"inbox/{tasking}/"), viewport=PHONE)
    visitor.expects(*GONE)
    page = visitor.page
    page.get_by_label("Báo cáo", exact=True).fill("Đã phân công trực.")
    visitor.context.set_offline(True)
    page.get_by_role("button", name="Gửi báo cáo").click()
    expect(page.get_by_role("button", name="Gửi báo cáo · chờ gửi")).to_be_visible()
    page.get_by_role("button", name="Gửi báo cáo").click()  # pressed again it is still one
    expect(page.get_by_label("Báo cáo", exact=True)).to_have_value("Đã phân công trực.")
    visitor.context.set_offline(False)
    expect(page.get_by_text("Đã gửi báo cáo.")).to_be_visible()
    expect(page.get_by_label("Báo cáo", exact=True)).to_have_value("")
    expect(page.get_by_role("button", name="Gửi báo cáo", exact=True)).to_be_visible()
    assert running.kinds.count("tasking_reported") == 1


def test_a_refusal_ends_the_wait(running: Drill, enter: Enter) -> None:
    visitor = enter("chanhvanphong", running.path("inbox/"), viewport=PHONE)
    visitor.expects(*GONE, "409")
    page = visitor.page
    page.route("**/live/**", lambda route: route.abort())  # the page does not hear of the other
    page.reload()
    visitor.context.set_offline(True)
    page.get_by_role("button", name=re.compile(r"Đã nhận tin 1\.01")).click()
    running.do("end", "tongdaodien")
    visitor.context.set_offline(False)
    expect(page.get_by_role("alert").filter(has_text=re.compile("kết thúc"))).to_be_visible()
    expect(page.get_by_role("status").filter(has_text=KEPT)).to_be_hidden()
