"""An import as a planner does it: by keys from error to error, on a phone, with a large file."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from playwright.sync_api import Browser, Page, expect

from .site import Site
from .test_every_page import too_wide, violations
from .visitor import PHONE, Visitor, box, context_of

pytestmark = pytest.mark.browser

Come = Callable[..., Visitor]
_serial = itertools.count(1)
HEADER = ("Tin", "Giờ DT", "Đơn vị", "Ghi chú nội bộ", "Nội dung", "Kênh", "Hạn")
SEO = "Văn phòng Sở"
RUMOUR = "Tin giả: dân xếp hàng mua gạo"
ROWS: tuple[tuple[str | None, ...], ...] = (
    (
        "7.11",
        "N1 09:30",
        SEO,
        None,
        "Lập kế hoạch di chuyển vào căn cứ",
        "Công văn",
        "100'",
    ),
    ("7.12", "N1 09:45", "Thanh tra Xở", "gấp", RUMOUR, "MXH", "50'"),
    ("7.13", "N1 10:00", SEO, None, "Sự cố trạm 110 kV, mất điện 2 huyện", "Điện thoại", "60'"),
    ("7.14", "N1 10:10", SEO, None, "Tổng hợp nhu cầu kinh phí", "Thư điện tử", "65'"),
    ("7.15", "N1 25:20", SEO, None, "Thiếu 3.200 m vải, dây chuyền sắp dừng", "Điện thoại", "60'"),
    ("7.14", "N1 10:38", SEO, None, "Rò rỉ amoniac tại kho lạnh", "Công văn", "44'"),
    ("7.19", "N1 11:00", SEO, None, "Doanh nghiệp từ chối huy động thiết bị", None, "45'"),
)


@dataclass(frozen=True)
class Draft:
    """A draft of the test's own."""

    site: Site
    code: str
    path: str

    @property
    def numbers(self) -> list[str]:
        return [one for one in self.site.stage("injects", code=self.code) if one.startswith("7.")]


@pytest.fixture(scope="module")
def desk_site() -> Iterator[Site]:
    """A site where nobody plays: what planners write needs no drill in mid-run."""
    made = Site()
    try:
        made.stage("prepare")
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture
def draft(desk_site: Site) -> Draft:
    code = f"nhap-{next(_serial)}"
    made = desk_site.stage("draft", code=code, planners=["Hạnh", "Hà"])
    return Draft(desk_site, code, f"{made['path']}import/")


@pytest.fixture
def come(browser: Browser, draft: Draft) -> Iterator[Come]:
    """Let the planner come to the draft's import; nobody's console complains."""
    inside: list[Visitor] = []

    def enter(name: str = "Hạnh", to: str = "", **more: Any) -> Visitor:
        visitor = Visitor(draft.site, context_of(browser, **more))
        inside.append(visitor)
        visitor.sign_in(name, to or draft.path)
        return visitor

    yield enter
    for visitor in inside:
        visitor.context.close()
    assert not [problem for visitor in inside for problem in visitor.problems]


def workbook(path: Path, rows: Sequence[Sequence[Any]] = ROWS) -> str:
    book = Workbook()
    page: Any = book.active
    page.title = "MSEL"
    for row in (["KỊCH BẢN DIỄN TẬP"], [], HEADER, *rows):
        page.append(row)
    book.save(path)
    return str(path)


def to_check(page: Page, file: str) -> None:
    page.get_by_label("Tệp MSEL").set_input_files(file)
    page.get_by_role("button", name="Đọc tệp").click()
    page.get_by_role("button", name="Kiểm tra từng dòng").click()
    page.wait_for_url("**/check/**")
    expect(page.get_by_role("table")).to_be_visible()


def focused(page: Page) -> str:
    label: str = page.evaluate("document.activeElement.getAttribute('aria-label')")
    return label


def test_three_bad_rows_are_mended_by_keys_alone(draft: Draft, come: Come, tmp_path: Path) -> None:
    page = come().page
    to_check(page, workbook(tmp_path / "kich-ban-DT-2023.xlsx"))
    keys, bad = page.keyboard, page.locator("tr[data-bad]")
    expect(bad).to_have_count(3)
    keys.press("F8")
    assert focused(page) == "Đơn vị nhận, dòng 5"
    keys.press("F8")
    assert focused(page) == "Giờ diễn tập, dòng 8"
    keys.press("F8")
    assert focused(page) == "Số tình huống, dòng 9"
    keys.press("F8")
    assert focused(page) == "Đơn vị nhận, dòng 5", "round and round"
    keys.press("Shift+F8")
    keys.press("Shift+F8")
    assert focused(page) == "Giờ diễn tập, dòng 8"

    keys.press("Control+a")
    keys.type("N1 10:20")
    keys.press("Enter")
    expect(bad).to_have_count(2)
    assert focused(page) == "Số tình huống, dòng 9", "on to what is still wrong"
    expect(page.get_by_role("status").filter(has_text="Còn 2 dòng lỗi")).to_be_attached()

    page.get_by_role("button", name="Đổi thành 7.16").press("Enter")
    expect(bad).to_have_count(1)
    page.get_by_role("button", name="Dùng “Thanh tra").press("Enter")
    expect(bad).to_have_count(0)
    assert draft.numbers == [], "nothing is written before the last step"
    page.get_by_role("button", name="Nhập 7 dòng").press("Enter")
    expect(page.get_by_text("Đã nhập 7 tình huống")).to_be_visible()
    assert draft.numbers == ["7.11", "7.12", "7.13", "7.14", "7.15", "7.16", "7.19"]


def test_what_was_imported_is_approved_by_another_planner_and_run(
    draft: Draft, come: Come, tmp_path: Path
) -> None:
    page = come().page
    to_check(page, workbook(tmp_path / "kich-ban-DT-2023.xlsx"))
    bad = page.locator("tr[data-bad]")
    page.keyboard.press("F8")
    page.keyboard.press("F8")
    page.keyboard.press("Control+a")
    page.keyboard.type("N1 10:20")
    page.keyboard.press("Enter")
    expect(bad).to_have_count(2)
    page.get_by_role("button", name="Đổi thành 7.16").click()
    expect(bad).to_have_count(1)
    page.get_by_role("button", name="Dùng “Thanh tra").click()
    expect(bad).to_have_count(0)
    page.get_by_role("button", name="Nhập 7 dòng").click()
    expect(page.get_by_text("Đã nhập 7 tình huống")).to_be_visible()

    versions = draft.path.replace("import/", "versions/")
    page.goto(draft.site.address + draft.path.replace("import/", "checks/"))
    found = page.get_by_role("main").get_by_role("listitem")
    expect(found.filter(has_text="7.11").filter(has_text="bản dịch").first).to_be_visible()
    page.goto(draft.site.address + versions)
    page.get_by_role("button", name="Xin duyệt").click()
    expect(page.get_by_text("Người khác mở trang này để duyệt")).to_be_visible()
    other = come("Hà", versions).page
    other.get_by_role("button", name="Duyệt", exact=True).click()
    expect(other.get_by_text("Đã duyệt. Từ nay")).to_be_visible()
    other.get_by_role("button", name="Lập cuộc diễn tập từ phiên bản này").click()
    other.wait_for_url("**/people/")
    expect(other.get_by_text(re.compile("Đã lập cuộc diễn tập"))).to_be_visible()

    console = other.url.removeprefix(draft.site.address).replace("/people/", "/console/")
    director = come("tongdaodien", console).page
    director.get_by_role("link", name="Bắt đầu diễn tập").click()
    director.get_by_role("button", name="Bắt đầu diễn tập").click()
    expect(director.get_by_role("button", name=re.compile("^Tạm dừng")).first).to_be_visible()


@pytest.mark.parametrize("language", ["vi", "en"])
def test_each_page_can_be_read_by_everybody_at_every_width(
    draft: Draft, come: Come, tmp_path: Path, language: str
) -> None:
    planner = come()
    page, file, wrong = planner.page, workbook(tmp_path / "kich-ban.xlsx"), []

    def survey(what: str) -> None:
        wrong.extend(violations(page, f"{what} {language}"))
        wrong.extend(too_wide(page, f"{what} {language}"))
        page.set_viewport_size({"width": 1440, "height": 900})

    planner.speak(language)
    page.reload()
    survey("file")
    page.locator("#file").set_input_files(file)
    page.locator("main .btn.primary").click()
    page.wait_for_url("**/columns/")
    survey("columns")
    page.locator("main .btn.primary").click()
    page.wait_for_url("**/check/")
    survey("check")
    page.locator("main .btn.primary").click()
    page.wait_for_url("**/done/")
    survey("done")
    assert wrong == []


def test_on_a_phone_a_row_is_a_card_and_is_mended_with_a_thumb(
    draft: Draft, come: Come, tmp_path: Path
) -> None:
    page = come(viewport=PHONE).page
    to_check(page, workbook(tmp_path / "kich-ban.xlsx"))
    button = page.get_by_role("button", name="Đổi thành 7.16")
    assert box(button)["height"] >= 44
    button.tap()
    expect(page.locator("tr[data-bad]")).to_have_count(2)
    field = page.get_by_label("Giờ diễn tập, dòng 8")
    field.fill("N1 10:20")
    field.press("Enter")
    expect(page.locator("tr[data-bad]")).to_have_count(1)


def test_it_works_without_scripts(draft: Draft, come: Come, tmp_path: Path) -> None:
    page = come(java_script_enabled=False).page
    to_check(page, workbook(tmp_path / "kich-ban.xlsx"))
    page.get_by_role("button", name="Đổi thành 7.16").click()
    field = page.get_by_label("Giờ diễn tập, dòng 8")
    field.fill("N1 10:20")
    field.press("Enter")
    expect(page.locator("tr[data-bad]")).to_have_count(1)
    page.get_by_role("button", name="Nhập 6 dòng không lỗi").click()
    expect(page.get_by_text("Đã nhập 6 tình huống")).to_be_visible()


@pytest.mark.timeout(300)
def test_a_large_file_shows_how_far_it_has_come(draft: Draft, come: Come, tmp_path: Path) -> None:
    rows = [
        (
            f"7.{n:04}",
            f"N1 {8 + n % 8:02}:00",
            SEO,
            None,
            f"Dân báo tin thứ {n} về kho",
            "Công văn",
            "60'",
        )
        for n in range(1, 1201)
    ]
    for place in (999, 1099):
        number = f"7.{place + 1}"
        rows[place] = (number, "N1 26:00", SEO, None, "Tin lạc giờ", "Công văn", "60'")
    page = come().page
    page.set_default_timeout(40_000)
    page.get_by_label("Tệp MSEL").set_input_files(workbook(tmp_path / "lon.xlsx", rows))
    page.get_by_role("button", name="Đọc tệp").click()
    page.get_by_role("button", name="Kiểm tra từng dòng").click()
    page.wait_for_url("**/check/", timeout=40_000)
    page.get_by_role("link", name="Tất cả").click()
    page.wait_for_url("**show=all**")
    expect(page.locator("tr.row-of")).to_have_count(200)
    page.keyboard.press("F8")
    page.wait_for_url("**page=5#row-1003")
    expect(page.get_by_label("Giờ diễn tập, dòng 1003")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("N1 16:00")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/check/\?show=all&row=1003#row-1003$"))
    expect(page.get_by_role("status").filter(has_text="Còn 1 dòng lỗi")).to_be_attached()
    expect(page.get_by_label("Giờ diễn tập, dòng 1003")).to_be_focused()
    page.get_by_role("button", name="Nhập").click()
    expect(page.get_by_text("Đã nhập 1.199 tình huống")).to_be_visible(timeout=40_000)
    assert len(draft.numbers) == 1199
    page.get_by_role("button", name="Sửa tiếp 1 dòng lỗi").click()
    page.wait_for_url("**/check/?show=errors", timeout=40_000)
    expect(page.locator("tr[data-bad]")).to_have_count(1)
