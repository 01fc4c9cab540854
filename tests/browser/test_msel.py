"""The MSEL as planners write it: by keys alone, several at once, two at one inject."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.review.pdf_text import Pdf

from .conftest import Enter
from .site import Site
from .test_every_page import SCHEME, SMALL, too_wide, violations
from .visitor import PHONE

pytestmark = pytest.mark.browser

MINUTE_US = 60_000_000
_serial = itertools.count(1)


@dataclass(frozen=True)
class Draft:
    """A draft of the test's own."""

    site: Site
    code: str
    path: str

    @property
    def injects(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = self.site.stage("injects", code=self.code)
        return found


@pytest.fixture(scope="module")
def desk_site() -> Iterator[Site]:
    """A site with the sample scenario; planners need no drill."""
    made = Site()
    try:
        made.stage("prepare")
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture
def draft(desk_site: Site) -> Draft:
    code = f"ban-nhap-{next(_serial)}"
    made = desk_site.stage("draft", code=code, planners=["Hạnh", "Hà"])
    return Draft(desk_site, code, made["path"])


def row(page: Page, number: str) -> Locator:
    return page.locator(f"tr[data-number='{number}']")


def told(page: Page, words: str) -> None:
    expect(page.locator("#toasts")).to_contain_text(words)


def inspector(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Chi tiết tin")


def test_a_planner_edits_by_keys_alone(draft: Draft, enter: Enter) -> None:
    page = enter("Hạnh", draft.path, at=draft.site).page
    keys = page.keyboard
    keys.press("ArrowDown")
    expect(row(page, "1.01")).to_be_focused()
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    expect(row(page, "1.03")).to_be_focused()

    keys.press("Enter")
    expect(page.get_by_label("Giờ DT", exact=True)).to_be_focused()
    keys.type("xyz")
    keys.press("Escape")
    expect(row(page, "1.03")).to_be_focused()
    expect(row(page, "1.03")).to_contain_text("07:30")

    keys.press("Enter")
    expect(page.get_by_label("Giờ DT", exact=True)).to_be_focused()
    keys.press("Control+a")
    keys.type("07:35")
    keys.press("Tab")
    keys.press("Tab")
    expect(page.get_by_label("Nội dung", exact=True)).to_be_focused()
    keys.press("Control+a")
    keys.type("Tên gõ bằng phím n / z")
    keys.press("Control+s")
    told(page, "Đã lưu tin 1.03.")
    expect(row(page, "1.03")).to_be_focused()
    expect(row(page, "1.03")).to_contain_text("Tên gõ bằng phím n / z")
    assert draft.injects["1.03"]["at_us"] == 35 * MINUTE_US

    keys.press("Control+z")
    told(page, "Đã hoàn tác: Sửa tình huống 1.03.")
    expect(row(page, "1.03")).to_contain_text("07:30")
    keys.press("Control+Shift+z")
    told(page, "Đã làm lại: Sửa tình huống 1.03.")
    expect(row(page, "1.03")).to_contain_text("07:35")

    keys.press("/")
    search = page.get_by_role("searchbox")
    expect(search).to_be_focused()
    keys.type("ten go bang phim")
    expect(page.get_by_role("status").filter(has_text="Hiện")).to_contain_text("Hiện 1/47 tin.")
    expect(page).to_have_url(re.compile(r"\?q=ten"))
    expect(search).to_be_focused()
    keys.press("Escape")
    expect(row(page, "1.03")).to_be_focused()


def test_several_are_chosen_moved_removed_and_it_is_undone_by_keys(
    draft: Draft, enter: Enter
) -> None:
    page = enter("Hạnh", draft.path, at=draft.site).page
    keys, before = page.keyboard, draft.injects
    keys.press("ArrowDown")
    keys.press("Space")
    keys.press("ArrowDown")
    keys.press("Space")
    bar = page.get_by_role("form", name="Các tin đã chọn")
    expect(bar).to_contain_text("2 đã chọn")
    bar.get_by_label("Số phút").fill("5")
    bar.get_by_role("button", name="+ Muộn hơn").press("Enter")
    told(page, "Đã dời 2 tin: +5′.")
    expect(row(page, "1.02")).to_contain_text("07:25")
    after = draft.injects
    for number in ("1.01", "1.02"):
        assert after[number]["at_us"] == before[number]["at_us"] + 5 * MINUTE_US
    assert after["1.03"] == before["1.03"]
    expect(bar).to_contain_text("2 đã chọn")

    row(page, "1.01").focus()
    keys.press("Control+z")
    told(page, "Đã hoàn tác: Dời 2 tình huống")
    expect(row(page, "1.02")).to_contain_text("07:20")
    assert draft.injects == before

    row(page, "1.01").focus()
    keys.press("Escape")
    expect(bar).to_be_hidden()
    row(page, "1.10").focus()
    keys.press("Delete")
    dialog = page.get_by_role("dialog", name="Xóa 1 tin?")
    expect(dialog).to_be_visible()
    keys.press("Escape")
    expect(row(page, "1.10")).to_be_visible()
    row(page, "1.10").focus()
    keys.press("Delete")
    dialog.get_by_role("button", name="Xóa tin").press("Enter")
    told(page, "Đã xóa 1.10.")
    expect(row(page, "1.10")).to_have_count(0)
    assert "1.10" not in draft.injects


def test_ranges_and_all_that_is_shown_are_chosen_by_thousands(draft: Draft, enter: Enter) -> None:
    draft.site.stage("fill", code=draft.code, count=1100)
    page = enter("Hạnh", draft.path, at=draft.site).page
    keys, before = page.keyboard, draft.injects
    bar = page.get_by_role("form", name="Các tin đã chọn")
    row(page, "1.01").focus()
    keys.press("Space")
    for number in ("1.02", "1.03", "1.04"):
        keys.press("Shift+ArrowDown")
        expect(row(page, number)).to_be_focused()
    keys.press("Shift+ArrowUp")
    expect(bar).to_contain_text("3 đã chọn")
    expect(page.get_by_role("status").filter(has_text="Đã chọn 3 tin.")).to_be_attached()
    # Rows that are not drawn lie between these two.
    row(page, "1.02").get_by_role("checkbox").click()
    page.locator(".hist a").last.dispatch_event("click")
    far = page.locator("tr[data-number^='3.']:focus")
    expect(far).to_be_in_viewport()
    far.click(modifiers=["Shift"])
    expect(bar).to_contain_text(re.compile(r"1\.1\d\d đã chọn"))

    every = page.get_by_role("checkbox", name="Chọn mọi tin đang hiện")
    expect(every).to_be_checked(indeterminate=True)
    every.check()
    expect(bar).to_contain_text("1.147 đã chọn")
    assert violations(page, "all chosen") == []
    timed = [one for one in before.values() if one["at_us"] is not None]
    for _time in range(2):  # her own move is nothing that she has not seen
        bar.get_by_role("button", name="+ Muộn hơn").click()
        told(page, f"Đã dời {len(timed)} tin: +15′.")
        page.locator("#toasts").get_by_role("button", name="Đóng").click()
        expect(page.locator("#toasts")).not_to_contain_text("Đã dời")
    moved_us = draft.injects["1.1100"]["at_us"] - before["1.1100"]["at_us"]
    assert moved_us == 30 * MINUTE_US
    every.uncheck()
    expect(bar).to_be_hidden()


def test_the_second_to_remove_is_told_what_changed(draft: Draft, enter: Enter) -> None:
    hanh, theirs = enter("Hạnh", draft.path, at=draft.site), enter("Hà", draft.path, at=draft.site)
    page = hanh.page
    # Neither page hears of anything by itself.
    page.wait_for_load_state("networkidle")
    theirs.page.wait_for_load_state("networkidle")
    for one in (page, theirs.page):
        one.route("**/here/*", lambda route: route.fulfill(status=204))
    row(page, "1.02").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Shift+ArrowDown")
    row(theirs.page, "1.03").click()
    inspector(theirs.page).get_by_label("Tên tin, tiếng Việt").fill("Bản của Hà")
    theirs.page.keyboard.press("Control+s")
    told(theirs.page, "Đã lưu tin 1.03.")

    bar = page.get_by_role("form", name="Các tin đã chọn")
    expect(bar).to_contain_text("2 đã chọn")
    hanh.expects("409")
    bar.get_by_role("button", name="+ Muộn hơn").click()
    question = page.get_by_role("dialog", name="Dời 2 tin muộn hơn 15′?")
    expect(question).to_contain_text("1.03 Hà sửa lúc")
    assert violations(page, "told") == []
    question.get_by_role("button", name="Vẫn dời").click()
    told(page, "Đã dời 2 tin: +15′.")
    expect(question).to_be_hidden()
    expect(row(page, "1.03")).to_contain_text("Bản của Hà")

    row(theirs.page, "1.03").click()
    expect(inspector(theirs.page).get_by_label("Giờ DT")).to_have_value("N1 07:45")
    inspector(theirs.page).get_by_label("Tên tin, tiếng Việt").fill("Bản thứ hai của Hà")
    theirs.page.keyboard.press("Control+s")
    expect(row(theirs.page, "1.03")).to_contain_text("Bản thứ hai của Hà")
    bar.get_by_role("button", name="Xóa…").click()
    question = page.get_by_role("dialog", name="Xóa 2 tin?")
    expect(question).to_contain_text("1.03 Hà sửa lúc")
    question.get_by_role("link", name="Xem lại").click()
    expect(question).to_be_hidden()
    expect(row(page, "1.03")).to_contain_text("Bản thứ hai của Hà")
    assert {"1.02", "1.03"} <= set(draft.injects)


def test_order_in_a_minute_and_a_new_inject_by_keys(draft: Draft, enter: Enter) -> None:
    page = enter("Hạnh", draft.path, at=draft.site).page
    keys = page.keyboard
    # 1.04 and 1.05 come at one minute; they exchange their numbers.
    title = draft.injects["1.05"]["title"]
    row(page, "1.05").focus()
    keys.press("Alt+ArrowUp")
    told(page, "Đã đổi thứ tự")
    expect(row(page, "1.04")).to_contain_text(title)
    expect(row(page, "1.04")).to_be_focused()

    keys.press("n")
    form = inspector(page)
    expect(form.get_by_label("Tên tin, tiếng Việt")).to_be_focused()
    keys.type("Tin mới")
    expect(form.get_by_label("Giờ DT")).to_have_value("N1 08:00")
    keys.press("Control+s")
    told(page, "Đã thêm tin 1.23.")
    expect(row(page, "1.23")).to_contain_text("Tin mới")
    assert draft.injects["1.23"]["title"] == "Tin mới"


def test_what_is_wrong_is_said_when_the_field_is_left(draft: Draft, enter: Enter) -> None:
    page = enter("Hạnh", draft.path, at=draft.site).page
    row(page, "1.02").click()
    field = inspector(page).get_by_label("Điều kiện")
    field.fill("sau 3.99")
    field.press("Tab")
    expect(inspector(page)).to_contain_text("Không có tin 3.99. Ý bạn là 3.")
    expect(field).to_have_attribute("aria-invalid", "true")
    field.fill("")
    field.press("Tab")
    expect(field).not_to_have_attribute("aria-invalid", "true")


def test_two_planners_at_one_inject_lose_nothing(draft: Draft, enter: Enter) -> None:
    hanh, other = enter("Hạnh", draft.path, at=draft.site), enter("Hà", draft.path, at=draft.site)
    hanh.expects("409")
    page, theirs = hanh.page, other.page
    for one in (page, theirs):
        row(one, "1.03").click()
        expect(inspector(one).get_by_label("Số", exact=True)).to_have_value("1.03")
    inspector(page).get_by_label("Tên tin, tiếng Việt").fill("Bản của Hạnh")
    inspector(page).get_by_label("Tên tin, tiếng Anh").fill("Written by Hạnh")
    inspector(theirs).get_by_label("Tên tin, tiếng Việt").fill("Bản của Hà")
    inspector(theirs).get_by_label("Hạn xong (phút)").fill("77")
    theirs.keyboard.press("Control+s")
    told(theirs, "Đã lưu tin 1.03.")

    # She is told; the row is drawn anew, what she is writing is not.
    expect(page.get_by_text("Hà đã sửa 1 tình huống.")).to_be_visible(timeout=30_000)
    # Each page tells and asks every ten seconds: hers may have asked just before his told.
    others = page.get_by_role("group", name="Đang cùng soạn")
    expect(others).to_contain_text("Hà 1.03", timeout=45_000)
    expect(row(page, "1.03")).to_contain_text("Bản của Hà")
    expect(inspector(page).get_by_label("Tên tin, tiếng Việt")).to_have_value("Bản của Hạnh")

    page.keyboard.press("Control+s")
    both = inspector(page).get_by_role("alert").filter(has_text="Hà vừa lưu tin này")
    expect(both).to_contain_text("Bản của Hạnh")
    expect(both).to_contain_text("Bản của Hà")
    assert draft.injects["1.03"]["title"] == "Bản của Hà"
    assert violations(page, "both versions") == []
    both.get_by_role("group", name="Tên tin").first.get_by_label("Của Hà").check()
    both.get_by_role("button", name="Lưu như đã chọn").click()
    told(page, "Đã lưu tin 1.03.")
    expect(inspector(page).get_by_label("Tên tin, tiếng Anh")).to_have_value("Written by Hạnh")
    saved = draft.injects["1.03"]
    assert (saved["title"], saved["complete_s"]) == ("Bản của Hà", 77 * 60)


def test_a_row_that_is_written_in_outlives_what_others_save(draft: Draft, enter: Enter) -> None:
    page, theirs = (
        enter("Hạnh", draft.path, at=draft.site).page,
        enter("Hà", draft.path, at=draft.site).page,
    )
    row(page, "1.02").focus()
    page.keyboard.press("Enter")
    title = page.get_by_label("Nội dung", exact=True)
    title.fill("Đang viết dở")
    row(theirs, "1.04").focus()
    theirs.keyboard.press("Enter")
    theirs.get_by_label("Nội dung", exact=True).fill("Hà viết xong")
    theirs.keyboard.press("Enter")
    told(theirs, "Đã lưu tin 1.04.")
    expect(row(page, "1.04")).to_contain_text("Hà viết xong", timeout=30_000)
    expect(title).to_have_value("Đang viết dở")
    expect(title).to_be_focused()
    page.keyboard.press("Enter")
    told(page, "Đã lưu tin 1.02.")
    assert draft.injects["1.02"]["title"] == "Đang viết dở"


def test_the_strip_leads_to_its_half_hour(draft: Draft, enter: Enter) -> None:
    page = enter("Hạnh", draft.path, at=draft.site).page
    page.locator(".hist a").last.dispatch_event("click")
    expect(page.locator("tr[data-pk]:focus")).to_be_in_viewport()
    number = page.locator("tr[data-pk]:focus").get_attribute("data-number")
    assert number
    assert number.startswith("3.")


def test_on_a_phone_from_the_list_to_an_inject_and_back(draft: Draft, enter: Enter) -> None:
    page = enter("Hạnh", draft.path, at=draft.site, viewport=PHONE).page
    row(page, "1.03").tap()
    form = inspector(page)
    expect(form.get_by_label("Tên tin, tiếng Việt")).to_be_visible()
    assert page.evaluate(SMALL) == []
    form.get_by_label("Tên tin, tiếng Việt").fill("Viết trên điện thoại")
    form.get_by_role("button", name="Lưu").tap()
    told(page, "Đã lưu tin 1.03.")
    form.get_by_role("link", name="Đóng").tap()
    expect(form.get_by_label("Tên tin, tiếng Việt")).to_have_count(0)
    expect(row(page, "1.03")).to_contain_text("Viết trên điện thoại")
    assert page.evaluate(SMALL) == []


def test_a_phone_folds_the_filters_up_and_says_how_many_are_set(draft: Draft, enter: Enter) -> None:
    page = enter("Hạnh", draft.path, at=draft.site, viewport=PHONE).page
    phase, button = page.get_by_label("Giai đoạn"), page.get_by_role("button", name="Bộ lọc")
    expect(phase).to_be_hidden()
    expect(row(page, "1.01")).to_be_in_viewport()
    button.tap()
    expect(button).to_have_attribute("aria-expanded", "true")
    phase.select_option("transition")
    expect(button).to_have_text("Bộ lọc (1)")
    expect(page.get_by_role("status").filter(has_text="Hiện")).to_contain_text("/47 tin.")
    assert page.evaluate(SMALL) == []
    button.tap()
    expect(phase).to_be_hidden()
    expect(button).to_have_text("Bộ lọc (1)")


@pytest.mark.parametrize("name", ["phases", "versions"])
def test_a_phone_shows_which_page_it_is_on(draft: Draft, enter: Enter, name: str) -> None:
    page = enter("Hạnh", f"{draft.path}{name}/", at=draft.site, viewport=PHONE).page
    current = page.locator(".desk-bar [aria-current=page]")
    expect(current).to_be_in_viewport(ratio=0.9)


def test_the_table_with_all_that_opens_in_it_is_accessible_and_fits(
    draft: Draft, enter: Enter
) -> None:
    page, wrong = enter("Hạnh", draft.path, at=draft.site).page, []
    row(page, "1.02").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Nội dung", exact=True).wait_for()
    page.keyboard.press("Escape")
    row(page, "1.03").focus()
    page.keyboard.press("Space")
    row(page, "1.03").click()
    page.locator(".insp-form").wait_for()
    for scheme in ("light", "dark"):
        page.evaluate(SCHEME, scheme)
        wrong += violations(page, scheme)
    wrong += too_wide(page, "opened")
    assert wrong == []


def on_paper(page: Page) -> list[str]:
    """What each sheet says, without blanks."""
    page.emulate_media(media="print")
    sheets = Pdf(page.pdf(format="A4", prefer_css_page_size=True)).pages()
    return [re.sub(r"\s", "", sheet) for sheet in sheets]


def test_on_paper_every_title_is_whole_and_no_control_is_left(draft: Draft, enter: Enter) -> None:
    page = enter("Hạnh", draft.path, at=draft.site).page
    expect(row(page, "3.01")).to_be_attached()
    printed = "".join(on_paper(page))
    titles = {re.sub(r"\s", "", one["title"]) for one in draft.injects.values()}
    assert {title for title in titles if title not in printed} == set()
    assert "…" not in printed
    for locator in (page.get_by_role("button"), page.get_by_role("checkbox")):
        expect(locator.filter(visible=True)).to_have_count(0)


def test_on_paper_stands_who_gets_an_inject_and_that_rows_are_missing(
    draft: Draft, enter: Enter
) -> None:
    draft.site.stage("fill", code=draft.code, count=400)
    page = enter("Hạnh", draft.path + "?phase=transition", at=draft.site).page
    expect(page.locator("tbody.gap").first).to_be_attached()
    names = page.evaluate("() => [...document.querySelectorAll('.abridged')].map(td => td.title)")
    sheets = on_paper(page)
    printed = "".join(sheets)
    assert names
    assert {name for name in names if re.sub(r"\s", "", name) not in printed} == set()
    assert "chưacótrêngiấy" in printed
    assert "Hiện422/447tin." in printed
    assert len(sheets) < 10
