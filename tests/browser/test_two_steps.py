"""Two-step sign-in as a director meets it: on a phone, in Vietnamese, from turning it on."""

from __future__ import annotations

import time
from base64 import b32decode

import pytest
from django_otp.oath import TOTP
from playwright.sync_api import Page, expect

from .conftest import Drill, Enter
from .test_every_page import too_wide, violations
from .visitor import PHONE, Visitor

pytestmark = pytest.mark.browser
USERNAME, PASSWORD = "hanh.nt", "Bến-đò-xưa-2023"


def sign_in(visitor: Visitor) -> Page:
    page = visitor.open("/")
    page.get_by_label("Tài khoản", exact=True).fill(USERNAME)
    page.get_by_label("Mật khẩu", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    return page


def code_of(key: str, step: int) -> str:
    """The digits of an app, of a step after or before the one that ``step`` counts from."""
    letters = key.replace(" ", "")
    totp = TOTP(b32decode(letters + "=" * (-len(letters) % 8)))
    totp.time = step * totp.step
    return f"{totp.token():06d}"


def looked_at(page: Page, what: str) -> list[str]:
    found = violations(page, what)
    found += too_wide(page, what)
    page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    return found


def test_a_director_turns_it_on_and_signs_in_with_it(drill: Drill, enter: Enter) -> None:
    drill.site.stage("director_account", code=drill.code, username=USERNAME, password=PASSWORD)
    wrong: list[str] = []
    visitor = enter(viewport=PHONE)
    visitor.speak("vi")
    page = sign_in(visitor)
    page.wait_for_url("**/console/")

    # Turning it on: scan (here: read the key), type the first code, keep the recovery codes.
    visitor.open("/account/")
    page.get_by_role("link", name="Bật xác thực hai bước").click()
    expect(page.get_by_role("img", name="Mã QR cho ứng dụng xác thực")).to_be_visible()
    page.get_by_text("Không quét được? Nhập tay").click()
    key = page.locator("[translate=no]").inner_text()
    wrong += looked_at(page, "enrol")
    step = int(time.time()) // 30
    page.get_by_label("Mật khẩu", exact=True).fill(PASSWORD)
    page.get_by_label("Mã 6 số trong ứng dụng").fill(code_of(key, step))
    page.get_by_role("button", name="Bật xác thực hai bước").click()
    codes = page.get_by_role("main").get_by_role("listitem")
    expect(codes).to_have_count(10)
    recovery = codes.nth(4).inner_text()
    wrong += looked_at(page, "codes")
    page.get_by_role("link", name="Đã cất mã").click()
    expect(page.get_by_text("Đang bật. Còn 10 mã khôi phục.")).to_be_visible()
    page.get_by_role("button", name="Đăng xuất").last.click()
    page.wait_for_url(f"{visitor.site.address}/")

    # In again: the password alone opens nothing, the next code does.
    page = sign_in(visitor)
    page.wait_for_url("**/second-step/")
    field = page.get_by_label("Mã xác thực")
    expect(field).to_be_focused()
    wrong += looked_at(page, "second step")
    visitor.open("/account/")
    page.wait_for_url("**/?next=/account/")
    visitor.open("/second-step/")
    field.fill(code_of(key, max(step + 1, int(time.time()) // 30)))
    page.get_by_role("button", name="Xác nhận").click()
    page.wait_for_url("**/console/")

    # Without the telephone.
    other = enter(viewport=PHONE)
    other.speak("vi")
    page = sign_in(other)
    page.get_by_text("Không có điện thoại? Dùng mã khôi phục").click()
    page.get_by_label("Mã khôi phục (16 ký tự)").fill(recovery.lower())
    page.get_by_role("button", name="Dùng mã khôi phục").click()
    page.wait_for_url("**/console/")

    # Two sessions are open; the first is ended from the second: its console is gone by itself.
    visitor.expects("403", "Failed to load resource")
    other.open("/account/")
    page.get_by_role("button", name="Kết thúc phiên: Chrome trên Linux").click()
    expect(page.get_by_text("Đã kết thúc 1 phiên.")).to_be_visible()
    visitor.page.wait_for_url("**/?next=/x/*/console/")
    visitor.open("/account/")
    visitor.page.wait_for_url("**/?next=/account/")
    assert wrong == []
