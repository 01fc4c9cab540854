"""Somebody is really hurt: one phone stops the drill on every screen."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .conftest import Drill, Enter
from .visitor import PHONE, WALL

pytestmark = pytest.mark.browser
ALARM = "TÌNH HUỐNG THẬT / REAL-WORLD EMERGENCY"


def test_a_phone_stops_everything(running: Drill, enter: Enter) -> None:
    director = enter("tongdaodien", running.path()).page
    lead = enter("chanhvanphong", running.path("inbox/"), viewport=PHONE).page
    staff = enter("trucban", running.path("inbox/"), viewport=PHONE)
    board = enter(to=running.board, viewport=WALL).page

    staff.page.get_by_role("link", name="Tình huống thật").click()
    dialog = staff.page.get_by_role("dialog", name="Báo tình huống thật?")
    dialog.get_by_label("Nơi xảy ra").fill("Kho vật tư, cổng sau")
    dialog.get_by_label("Việc gì đã xảy ra").fill("Một người ngã từ thang, đang cấp cứu.")
    dialog.get_by_role("button", name="Dừng diễn tập, báo tình huống thật").click()

    for page in (director, lead, staff.page, board):
        expect(page.get_by_text(ALARM)).to_be_visible()
        expect(page.get_by_text("Kho vật tư, cổng sau").first).to_be_visible()

    for page in (lead, staff.page, board):
        expect(page.get_by_role("button", name="Gỡ báo động")).to_have_count(0)
    director.get_by_role("button", name="Gỡ báo động").click()
    for page in (director, lead, staff.page, board):
        expect(page.get_by_text(ALARM)).to_be_hidden()
    # Lifting does not start the clock.
    expect(director.get_by_role("button", name="Chạy tiếp")).to_be_visible()
    assert running.kinds[-2:] == ["real_world_called", "real_world_lifted"]
