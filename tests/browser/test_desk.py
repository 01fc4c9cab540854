"""A scenario from nothing to an exercise: one planner writes and submits, another one approves."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from .conftest import Enter
from .site import Site
from .test_every_page import too_wide, violations
from .visitor import Visitor

pytestmark = pytest.mark.browser

CODE = "tu-dau"
HERE = f"/scenarios/{CODE}/1/"


def add(page: Page, form: str, written: dict[str, str]) -> None:
    """Fill in the form for a new row and send it with Ctrl+S; it is empty again afterwards."""
    place = page.get_by_role("form", name=form, exact=True)
    for label, words in written.items():
        box = place.get_by_label(label).first
        if box.evaluate("box => box.nodeName") == "SELECT":
            box.select_option(words)
        else:
            box.fill(words)
    page.keyboard.press("Control+s")
    expect(place.get_by_label(next(iter(written))).first).to_have_value("")
    expect(page.get_by_role("status").filter(has_text="Đã thêm").last).to_be_visible()


def sound(page: Page, what: str) -> list[str]:
    return violations(page, what) + too_wide(page, what)


def begin(hoa: Visitor) -> None:
    page = hoa.sign_in("hoa.nt", "/scenarios/")
    page.get_by_label("Tên", exact=True).fill("Diễn tập từ đầu")
    page.get_by_label("Mã kịch bản", exact=True).fill(CODE)
    page.get_by_label("Thời điểm bắt đầu").fill("2027-03-05T07:00")
    page.get_by_role("button", name="Lập kịch bản").click()
    page.wait_for_url(f"**{HERE}")


def fill_in(page: Page, site: Site) -> list[str]:
    """Units and people; what is written wrong is told under its field."""
    page.goto(site.address + HERE + "units/")
    add(page, "Thêm đơn vị", {"Mã": "BGD", "Tên, tiếng Việt": "Ban Giám đốc"})
    form = page.get_by_role("form", name="Thêm đơn vị", exact=True)
    form.get_by_label("Mã").fill("có dấu")
    page.keyboard.press("Control+s")
    expect(form.get_by_label("Mã")).to_have_attribute("aria-invalid", "true")
    expect(form.get_by_text("Chỉ dùng chữ không dấu")).to_be_visible()
    row = page.get_by_role("row").filter(has_text="Ban Giám đốc")
    expect(row.get_by_text("chưa dịch")).to_be_visible()
    row.get_by_role("link", name="Sửa đơn vị BGD").click()
    opened = page.get_by_role("form", name="đơn vị BGD")
    opened.get_by_label("Tên, tiếng Anh").fill("Board")
    page.keyboard.press("Control+s")
    expect(page.get_by_role("row").filter(has_text="Board")).to_be_visible()
    expect(page.get_by_text("chưa dịch")).to_have_count(0)
    wrong = sound(page, "units")
    page.goto(site.address + HERE + "people/")
    director = {"Họ và tên": "Lê Đạo Diễn", "Tên đăng nhập": "dd", "Vai": "director"}
    add(page, "Thêm người", director)
    page.set_viewport_size({"width": 1440, "height": 900})
    lead = {"Họ và tên": "Ngô Trưởng", "Tên đăng nhập": "truong", "Vai": "lead"}
    add(page, "Thêm người", lead | {"Đơn vị": "BGD"})
    return wrong + sound(page, "people")


@pytest.fixture
def planners(site: Site) -> None:
    site.stage("planner", username="hoa.nt", name="Nguyễn Thị Hoa")
    site.stage("planner", username="binh.tv", name="Trần Văn Bình")


def test_a_scenario_is_written_checked_approved_and_run(
    enter: Enter, site: Site, planners: None
) -> None:
    hoa = enter()
    hoa.expects("409", "422")
    begin(hoa)
    page = hoa.page
    wrong = fill_in(page, site)
    site.stage("inject", code=CODE, username="hoa.nt", to="BGD")

    # The check tells what is missing; its count stands in the bar of pages.
    page.goto(site.address + HERE + "checks/")
    bar = page.get_by_role("navigation", name="Kịch bản", exact=True)
    expect(bar.get_by_role("link", name=re.compile(r"Kiểm tra.*cảnh báo"))).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("Bản đồ nhiệt"))).to_be_visible()
    wrong += sound(page, "checks")

    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(site.address + HERE + "versions/")
    page.get_by_role("button", name="Xin duyệt").click()
    expect(page.get_by_text("Người khác mở trang này để duyệt")).to_be_visible()
    page.get_by_role("button", name="Duyệt", exact=True).click()
    expect(page.get_by_role("alert").filter(has_text="không tự duyệt")).to_be_visible()
    wrong += sound(page, "versions")

    binh = enter()
    other = binh.sign_in("binh.tv", HERE + "versions/")
    other.get_by_role("button", name="Duyệt", exact=True).click()
    expect(other.get_by_text("Đã duyệt. Từ nay")).to_be_visible()
    other.get_by_role("button", name="Lập cuộc diễn tập từ phiên bản này").click()
    other.wait_for_url("**/people/")
    expect(other.get_by_text(re.compile("Đã lập cuộc diễn tập"))).to_be_visible()
    expect(other.get_by_text("Ngô Trưởng").first).to_be_visible()
    for name in ("compare", "history", "export", "phases", "objectives", "head"):
        other.goto(site.address + HERE + f"{name}/")
        wrong += sound(other, name)
    assert wrong == []
