"""An evaluator at work: with a thumb on a phone, by keys at a desk, without the server."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, Route, expect

from .conftest import Drill, Enter
from .visitor import PHONE, box

pytestmark = pytest.mark.browser

LETTERS = "PSMU"


def letter(page: Page, place: int, wanted: str) -> Locator:
    """A letter of one expected action."""
    action = page.get_by_role("group", name=re.compile(rf"^{place}\. "))
    return action.get_by_role("radio", name=re.compile(f"^{wanted} "))


def test_ten_actions_with_a_thumb(running: Drill, enter: Enter) -> None:
    for number in ("1.02", "1.04", "1.06", "1.07"):
        running.do("release", inject=number)
    page = enter("danhgia1", running.path("evaluate/"), viewport=PHONE).page
    rated = 0
    with page.expect_navigation():
        page.locator("#inbox-list a").first.click()
    while True:
        for place in range(1, page.locator(".judge > li").count() + 1):
            one = letter(page, place, LETTERS[rated % 4]).locator("xpath=..")
            assert box(one)["height"] >= 44
            one.tap()
            saved = page.locator(".judge > li").nth(place - 1).locator(".saved")
            expect(saved).to_have_text(re.compile(r"^Đã lưu \d\d:\d\d:\d\d$"))
            rated += 1
        if rated >= 10:
            break
        onward = page.get_by_role("link", name="Tin kế tiếp")
        expect(onward).to_be_in_viewport()
        with page.expect_navigation():
            onward.tap()
    assert running.kinds.count("action_rated") == rated


def test_letters_by_keys(running: Drill, enter: Enter) -> None:
    tasking = running.ids()["taskings"]["1.01/BGD"]
    page = enter("danhgia1", running.path(f"evaluate/{tasking}/")).page
    page.keyboard.press("j")
    page.keyboard.press("m")
    expect(letter(page, 1, "M")).to_be_checked()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("s")
    expect(letter(page, 2, "S")).to_be_checked()
    page.keyboard.press("k")
    page.keyboard.press("p")
    expect(letter(page, 1, "P")).to_be_checked()
    expect(letter(page, 2, "S")).to_be_checked()
    expect(page.locator(".judge .saved").first).to_have_text(re.compile("^Đã lưu"))
    page.get_by_label("Dùng phím tắt một chữ").uncheck()
    letter(page, 1, "P").focus()
    page.keyboard.press("u")
    expect(letter(page, 1, "P")).to_be_checked()
    expect(page.locator(".judge .saved").nth(1)).to_have_text(re.compile("^Đã lưu"))
    page.reload()
    expect(letter(page, 1, "P")).to_be_checked()
    expect(letter(page, 2, "S")).to_be_checked()
    assert running.kinds.count("action_rated") == 3


def test_what_is_judged_without_the_server_is_sent_when_it_is_back(
    running: Drill, enter: Enter
) -> None:
    tasking = running.ids()["taskings"]["1.01/BGD"]
    visitor = enter("danhgia1", running.path(f"evaluate/{tasking}/"), viewport=PHONE)
    visitor.expects("ERR_INTERNET_DISCONNECTED", "Failed to load", "htmx")
    page = visitor.page
    visitor.context.set_offline(True)
    letter(page, 1, "U").check(force=True)
    page.get_by_label("Nhận xét về hành động 1").fill("Không thấy tổ nào đi.")
    expect(page.locator(".judge .saved").first).to_have_text("chờ gửi")
    assert "action_rated" not in running.kinds
    visitor.context.set_offline(False)
    expect(page.locator(".judge .saved").first).to_have_text(re.compile("^Đã lưu"))
    page.reload()
    expect(letter(page, 1, "U")).to_be_checked()
    note = page.get_by_label("Nhận xét về hành động 1")
    expect(note).to_have_value("Không thấy tổ nào đi.")


def test_a_strength_with_a_photo(running: Drill, enter: Enter, tmp_path: Path) -> None:
    picture = tmp_path / "so-truc.jpg"
    Image.new("RGB", (60, 40), "teal").save(picture)
    page = enter("danhgia1", running.path("evaluate/unit/BGD/"), viewport=PHONE).page
    page.get_by_role("radio", name="Ưu điểm").check()
    page.get_by_label("Nội dung nhận xét").fill("Trực ban ghi sổ đủ.")
    page.get_by_label("Nơi quan sát").fill("Phòng trực, tầng 2")
    page.get_by_label("Thêm ảnh").set_input_files(picture)
    page.get_by_role("button", name="Ghi nhận xét").click()
    found = page.locator(".found li")
    expect(found).to_contain_text("Trực ban ghi sổ đủ.")
    expect(found).to_contain_text("Phòng trực, tầng 2")
    expect(found.get_by_role("link", name="so-truc.jpg")).to_be_visible()
    assert "observation_recorded" in running.kinds


KEPT = "Nhận xét giữ trên máy, chờ gửi"
PICKED_KEPT = """async (wanted) => {
  const asked = (request) =>
    new Promise((done) => (request.onsuccess = () => done(request.result)));
  const store = await asked(indexedDB.open("evaluation"));
  const count = await asked(store.transaction("picked").objectStore("picked").count());
  store.close();
  return count === wanted;
}"""
"""That so many forms' photos are put by on the device."""
GONE = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "Failed to load", "htmx:")
STORE_IS_OPEN = """async () => (await indexedDB.databases())
  .some(({ name, version }) => name === "evaluation" && version === 2)"""


def write_finding(page: Page, kind: str, text: str, photo: Path | None = None) -> None:
    page.get_by_role("radio", name=kind).check()
    page.get_by_label("Nội dung nhận xét").fill(text)
    if photo:
        page.get_by_label("Thêm ảnh").set_input_files(photo)
        expect(page.locator(".picked")).to_contain_text(photo.name)
    page.get_by_role("button", name="Ghi nhận xét").click()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "so-truc.jpg"
    Image.new("RGB", (60, 40), "teal").save(path)
    return path


def test_findings_written_without_a_network_are_sent_once_when_it_is_back(
    running: Drill, enter: Enter, photo: Path
) -> None:
    visitor = enter("danhgia1", running.path("evaluate/unit/BGD/"), viewport=PHONE)
    visitor.expects(*GONE)
    page = visitor.page
    page.wait_for_function(STORE_IS_OPEN)
    kept = page.get_by_role("list", name=KEPT).get_by_role("listitem")
    visitor.context.set_offline(True)
    write_finding(page, "Ưu điểm", "Trực ban ghi sổ đủ.", photo)
    expect(page.get_by_label("Nội dung nhận xét")).to_have_value("")
    write_finding(page, "Hạn chế", "Loa không nghe rõ.")
    expect(kept).to_have_count(2)
    expect(kept.first).to_contain_text("so-truc.jpg · chờ gửi")
    assert "observation_recorded" not in running.kinds
    visitor.context.set_offline(False)
    found = page.locator(".found li")
    expect(found).to_have_count(2)
    expect(found.first.get_by_role("link", name="so-truc.jpg")).to_be_visible()
    expect(kept).to_have_count(0)
    page.reload()
    expect(found).to_have_count(2)
    assert running.kinds.count("observation_recorded") == 2


def test_a_finding_survives_a_reload_while_the_server_is_away(
    running: Drill, enter: Enter, photo: Path
) -> None:
    visitor = enter("danhgia1", running.path("evaluate/unit/BGD/"), viewport=PHONE)
    visitor.expects(*GONE)
    page = visitor.page
    page.wait_for_function(STORE_IS_OPEN)
    kept = page.get_by_role("list", name=KEPT).get_by_role("listitem")
    page.route("**/do/record_finding/", lambda route: route.abort())
    write_finding(page, "Ưu điểm", "Trực ban ghi sổ đủ.", photo)
    expect(kept).to_have_count(1)
    page.reload()
    expect(kept).to_contain_text("so-truc.jpg · chờ gửi")
    page.goto(visitor.site.address + running.path("evaluate/"))
    expect(kept).to_contain_text("Trực ban ghi sổ đủ.")
    page.unroute("**/do/record_finding/")
    expect(kept).to_have_count(0)
    page.goto(visitor.site.address + running.path("evaluate/unit/BGD/"))
    found = page.locator(".found li")
    expect(found).to_have_count(1)
    expect(found.get_by_role("link", name="so-truc.jpg")).to_be_visible()


def test_a_photo_picked_and_not_yet_sent_survives_a_reload_and_goes_with_its_finding(
    running: Drill, enter: Enter, photo: Path
) -> None:
    path = running.path("evaluate/unit/BGD/")
    visitor = enter("danhgia1", path, viewport=PHONE)
    page = visitor.page
    page.wait_for_function(STORE_IS_OPEN)
    picked = page.locator(".picked li")
    page.get_by_label("Nội dung nhận xét").fill("Trực ban ghi sổ đủ.")
    page.get_by_label("Thêm ảnh").set_input_files(photo)
    expect(picked).to_contain_text("so-truc.jpg")
    page.wait_for_function(PICKED_KEPT, arg=1)
    page.reload()
    expect(picked).to_contain_text("so-truc.jpg")
    page.get_by_role("radio", name="Ưu điểm").check()
    page.get_by_role("button", name="Ghi nhận xét").click()
    found = page.locator(".found li")
    expect(found).to_contain_text("Trực ban ghi sổ đủ.")
    expect(found.get_by_role("link", name="so-truc.jpg")).to_be_visible()
    page.wait_for_function(PICKED_KEPT, arg=0)
    page.reload()
    expect(found).to_have_count(1)
    expect(picked).to_have_count(0)


def test_a_finding_that_waited_says_when_it_was_noted_and_when_it_came(
    drill: Drill, enter: Enter
) -> None:
    drill.site.stage("late", code=drill.code)
    visitor = enter("danhgia1", drill.path("evaluate/unit/BGD/"), viewport=PHONE)
    visitor.expects(*GONE)
    page = visitor.page
    page.wait_for_function(STORE_IS_OPEN)
    visitor.context.set_offline(True)
    write_finding(page, "Ưu điểm", "Trực ban ghi sổ đủ.")
    expect(page.get_by_role("list", name=KEPT).get_by_role("listitem")).to_have_count(1)
    page.evaluate("const now = Date.now; Date.now = () => now() + 30 * 60_000")
    visitor.context.set_offline(False)
    found = page.locator(".found li")
    moments = re.compile(r"ghi lúc (\d\d):(\d\d).*tới lúc (\d\d):(\d\d)", re.DOTALL)
    expect(found).to_contain_text(moments)
    said = moments.search(found.inner_text())
    assert said is not None
    noted_h, noted_min, came_h, came_min = map(int, said.groups())
    assert 60 * came_h + came_min - 60 * noted_h - noted_min in (30, 31)


def test_a_finding_whose_answer_was_lost_is_there_once(
    running: Drill, enter: Enter, photo: Path
) -> None:
    visitor = enter("danhgia1", running.path("evaluate/unit/BGD/"), viewport=PHONE)
    visitor.expects(*GONE)
    page = visitor.page
    page.wait_for_function(STORE_IS_OPEN)
    kept = page.get_by_role("list", name=KEPT).get_by_role("listitem")

    def lose_the_answer(route: Route) -> None:
        assert route.fetch().ok
        route.abort()

    page.route("**/do/record_finding/", lambda route: route.abort())
    page.route("**/do/record_finding/", lose_the_answer, times=1)
    with page.expect_event("requestfailed", lambda request: "record_finding" in request.url):
        write_finding(page, "Ưu điểm", "Trực ban ghi sổ đủ.", photo)
    expect(kept).to_contain_text("chờ gửi")
    page.reload()
    expect(page.locator(".found li")).to_have_count(1)
    page.unroute("**/do/record_finding/")
    expect(kept).to_have_count(0)
    expect(page.locator(".found li")).to_have_count(1)
    assert running.kinds.count("observation_recorded") == 1


def test_a_refused_finding_is_kept_to_be_mended(running: Drill, enter: Enter, photo: Path) -> None:
    visitor = enter("danhgia1", running.path("evaluate/unit/BGD/"), viewport=PHONE)
    visitor.expects(*GONE, "422")
    page = visitor.page
    page.wait_for_function(STORE_IS_OPEN)
    broken = photo.with_name("hong.jpg")
    broken.write_bytes(b"not a picture")
    write_finding(page, "Ưu điểm", "Trực ban ghi sổ đủ.", broken)
    kept = page.get_by_role("list", name=KEPT).get_by_role("listitem")
    kept.get_by_role("button", name="Sửa lại").click()
    expect(kept).to_have_count(0)
    expect(page.get_by_label("Nội dung nhận xét")).to_have_value("Trực ban ghi sổ đủ.")
    expect(page.get_by_role("radio", name="Ưu điểm")).to_be_checked()
    expect(page.locator(".picked")).to_contain_text("hong.jpg")
    page.get_by_label("Thêm ảnh").set_input_files(photo)
    page.get_by_role("button", name="Ghi nhận xét").click()
    expect(page.locator(".found li")).to_have_count(1)
    expect(page.locator(".found li").get_by_role("link", name="so-truc.jpg")).to_be_visible()


def test_control_reads_what_is_judged_as_it_is_judged(running: Drill, enter: Enter) -> None:
    page = enter("tongdaodien", running.path("evaluation/BGD/")).page
    said = page.locator("#evaluated-unit")
    expect(said).to_contain_text("Chưa có gì được ghi về đơn vị này.")
    note = {"tasking": "1.01/BGD", "rating": "M", "note": "Không thấy tổ nào đi."}
    running.do("rate_action", "danhgia1", action=1, **note)
    expect(said).to_contain_text("Không thấy tổ nào đi.")
    running.do("record_finding", "danhgia1", kind="strength", text="Trực ban ghi sổ đủ.")
    expect(said).to_contain_text("Trực ban ghi sổ đủ.")


def test_control_sees_at_once_whether_units_read_it(running: Drill, enter: Enter) -> None:
    page = enter("tongdaodien", running.path("evaluation/")).page
    chip = page.locator("#published")
    expect(chip).to_have_text("Chưa công bố")
    page.get_by_role("button", name="Công bố cho các đơn vị").click()
    expect(chip).to_have_text("Đã công bố")
    running.do("withdraw_evaluation")
    expect(chip).to_have_text("Chưa công bố")
    page.get_by_role("button", name="Công bố cho các đơn vị").click()
    expect(page.get_by_role("button", name="Thu lại")).to_be_visible()
    assert running.kinds.count("evaluation_published") == 2
