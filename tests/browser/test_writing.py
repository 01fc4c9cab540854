"""What somebody writes on a phone survives, and what he photographs arrives."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from PIL import Image
from playwright.sync_api import expect

from .conftest import Drill, Enter
from .visitor import PHONE

pytestmark = pytest.mark.browser


def test_a_draft_and_a_photo(running: Drill, enter: Enter, tmp_path: Path) -> None:
    photo = tmp_path / "kho hàng.jpg"
    noise = Random(1).randbytes(900 * 900 * 3)
    Image.frombytes("RGB", (900, 900), noise).save(photo, quality=90)
    assert photo.stat().st_size > 400_000  # large enough to be made smaller on the way
    running.do("release", inject="1.02")
    running.do("acknowledge", "trucban", tasking="1.02/VP")
    tasking = running.ids()["taskings"]["1.02/VP"]
    visitor = enter("trucban", running.path(f"inbox/{tasking}/"), viewport=PHONE)
    page = visitor.page

    page.get_by_label("Báo cáo", exact=True).fill("Đang lập danh sách trực.")
    page.reload()
    words = page.get_by_label("Báo cáo", exact=True)
    expect(words).to_have_value("Đang lập danh sách trực.")
    # An update of the page leaves the words alone.
    running.do("nudge", tasking="1.02/VP")
    running.do(
        "correct",
        inject="1.02",
        title={"vi": "Công điện, bản sửa"},
        content={"vi": "Nội dung đã sửa."},
        reason="Sai số công điện",
    )
    expect(page.get_by_text("Tin đã được đính chính.", exact=False)).to_be_visible()
    expect(words).to_have_value("Đang lập danh sách trực.")
    page.get_by_role("button", name="Đã nhận bản đính chính").click()

    page.get_by_label("Thêm ảnh, tệp").set_input_files(photo)
    expect(page.get_by_text("kho hàng.jpg ·", exact=False)).to_be_visible()
    page.get_by_role("button", name="Gửi báo cáo").click()
    expect(page.get_by_text("Đã gửi báo cáo.")).to_be_visible()
    expect(page.get_by_role("link", name="kho hàng.jpg", exact=False)).to_be_visible()
    expect(words).to_have_value("")
    assert running.site.stage("attachments", code=running.code) == ["kho hàng.jpg"]
    page.reload()
    expect(page.get_by_label("Báo cáo", exact=True)).to_have_value("")


def test_a_report_sent_after_the_session_has_ended_is_not_taken_for_sent(
    running: Drill, enter: Enter
) -> None:
    running.do("release", inject="1.02")
    running.do("acknowledge", "trucban", tasking="1.02/VP")
    tasking = running.ids()["taskings"]["1.02/VP"]
    visitor = enter("trucban", running.path(f"inbox/{tasking}/"), viewport=PHONE)
    visitor.expects("401")
    page = visitor.page
    words = page.get_by_label("Báo cáo", exact=True)
    words.fill("Đã lập danh sách trực.")
    visitor.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Gửi báo cáo").click()
    expect(page.get_by_text("Phiên đăng nhập đã hết", exact=False)).to_be_visible()
    expect(words).to_have_value("Đã lập danh sách trực.")


def test_a_draft_keeps_every_field(running: Drill, enter: Enter) -> None:
    running.do("release", inject="1.03")
    running.do("acknowledge", "trucban", tasking="1.03/VP")
    tasking = running.ids()["taskings"]["1.03/VP"]
    page = enter("trucban", running.path(f"inbox/{tasking}/"), viewport=PHONE).page
    written = {
        "Báo cáo": "Đã thảo xong kế hoạch.",
        "Số văn bản": "12/KH-SCT",
        "Ngày": "2023-10-10",
        "Người ký": "Nguyễn Văn An",
        "Trích yếu": "Kế hoạch bảo đảm",
    }
    for label, words in written.items():
        page.get_by_label(label, exact=True).fill(words)
    page.reload()
    for label, words in written.items():
        expect(page.get_by_label(label, exact=True)).to_have_value(words)
    page.get_by_role("button", name="Gửi báo cáo").click()
    expect(page.get_by_text("Đã gửi báo cáo.")).to_be_visible()
    page.reload()
    for label in written:
        expect(page.get_by_label(label, exact=True)).to_have_value("")


def test_a_rating_not_saved_survives_a_reload(running: Drill, enter: Enter) -> None:
    tasking = running.ids()["taskings"]["1.01/BGD"]
    page = enter("danhgia1", running.path(f"evaluate/{tasking}/"), viewport=PHONE).page
    whole = page.get_by_role("group", name="Đánh giá chung")
    whole.get_by_role("radio", name="M Vướng lớn").check()
    page.get_by_label("Nhận xét chung").fill("Nhận tin muộn.")
    page.reload()
    expect(whole.get_by_role("radio", name="M Vướng lớn")).to_be_checked()
    expect(page.get_by_label("Nhận xét chung")).to_have_value("Nhận tin muộn.")
    page.get_by_role("button", name="Lưu đánh giá").click()
    expect(page.get_by_text("Đã ghi đánh giá", exact=False)).to_be_visible()
    assert page.evaluate("() => Object.keys(localStorage).filter(k => /^written/.test(k))") == []
