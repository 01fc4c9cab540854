"""With JavaScript off the forms do what the buttons did."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from .conftest import Drill, Enter
from .visitor import PHONE

pytestmark = pytest.mark.browser


def test_staff_without_script(running: Drill, enter: Enter, tmp_path: Path) -> None:
    photo = tmp_path / "hien-truong.png"
    Image.new("RGB", (40, 30), (120, 140, 160)).save(photo)
    running.do("release", inject="1.02")
    page = enter(
        "chanhvanphong", running.path("inbox/"), viewport=PHONE, java_script_enabled=False
    ).page
    page.get_by_role("button", name="Đã nhận tin 1.01").click()
    expect(page.get_by_text("Đã xác nhận nhận tin 1.01.")).to_be_visible()
    page.get_by_role("link", name="Công điện về chuyển vào trạng thái").click()
    page.get_by_role("button", name="Đã nhận tin").click()
    page.get_by_label("Báo cáo", exact=True).fill("Đã phân công trực lãnh đạo.")
    page.get_by_label("Thêm ảnh, tệp").set_input_files(photo)
    page.get_by_role("button", name="Gửi báo cáo").click()
    expect(page.get_by_text("Đã gửi báo cáo.")).to_be_visible()
    expect(page.get_by_text("Đã phân công trực lãnh đạo.").first).to_be_visible()
    assert running.site.stage("attachments", code=running.code) == ["hien-truong.png"]
    page.get_by_role("button", name="Hoàn thành").click()
    expect(page.get_by_text("Đã báo hoàn thành 1.02.")).to_be_visible()
    assert running.kinds.count("tasking_completed") >= 1


def test_director_and_language_without_script(running: Drill, enter: Enter) -> None:
    page = enter("tongdaodien", running.path(), java_script_enabled=False).page
    page.get_by_role("button", name="Tạm dừng").click()
    expect(page.get_by_text("Đã tạm dừng đồng hồ.")).to_be_visible()
    expect(page.get_by_role("button", name="Chạy tiếp")).to_be_visible()
    page.get_by_role("link", name="Vượt cổng…").click()
    page.get_by_label("Lý do (ít nhất 10 ký tự, ghi vào nhật ký)").fill(
        "Kịp giờ của tỉnh, đã đồng ý."
    )
    page.get_by_role("button", name="Vượt cổng").click()
    expect(page.get_by_text("Đã chuyển giai đoạn.")).to_be_visible()
    page.get_by_role("button", name="EN English").click()
    try:
        expect(page.locator("html")).to_have_attribute("lang", "en")
    finally:  # it is kept for the person, and others come as the same one
        page.get_by_role("button", name="VI Tiếng Việt").click()
    expect(page.locator("html")).to_have_attribute("lang", "vi")


def test_the_refusal_of_a_code_without_script(enter: Enter) -> None:
    visitor = enter(to="/", java_script_enabled=False)
    visitor.expects("422")
    page = visitor.page
    page.get_by_label("Mã trên phiếu").fill("ABCD-2345")
    page.get_by_role("button", name="Vào hộp việc").click()
    expect(page.get_by_label("Mã trên phiếu")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Mã trên phiếu")).to_have_value("ABCD-2345")
