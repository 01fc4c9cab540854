"""The web server dies, or says nothing: pages notice, recover by themselves, and miss nothing."""

from __future__ import annotations

import os
import signal

import pytest
from playwright.sync_api import expect

from .conftest import Drill, Enter
from .visitor import PHONE, WALL

pytestmark = pytest.mark.browser
GONE = ("ERR_CONNECTION", "ERR_INCOMPLETE", "ERR_EMPTY_RESPONSE", "Failed to load resource", "502")
GONE += ("htmx:(sendError|afterRequest)",)  # what asks for the system's state goes on asking


@pytest.mark.timeout(240)
def test_the_server_starts_again_in_mid_stream(running: Drill, enter: Enter) -> None:
    director = enter("tongdaodien", running.path())
    lead = enter("chanhvanphong", running.path("inbox/"), viewport=PHONE)
    board = enter(to=running.board, viewport=WALL)
    expect(director.page.get_by_text("Trực tiếp")).to_be_visible()
    for visitor in (director, lead, board):
        visitor.expects(*GONE)
        visitor.page.evaluate("() => { window.sameDocument = true; }")

    os.kill(running.site.web_pid(), signal.SIGKILL)
    running.do("release", inject="1.02")
    running.do("acknowledge", "trucban", tasking="1.02/VP")

    expect(lead.page.get_by_text("Công điện về chuyển vào trạng thái")).to_be_visible(
        timeout=40_000
    )
    expect(board.page.get_by_text("Văn phòng đã nhận 1.02")).to_be_visible(timeout=40_000)
    log = director.page.get_by_role("region", name="Nhật ký")
    expect(log.get_by_role("listitem").filter(has_text="Văn phòng đã nhận 1.02")).to_have_count(
        1, timeout=40_000
    )
    expect(log.get_by_role("listitem").filter(has_text="Phát 1.02")).to_have_count(1)
    expect(director.page.get_by_text("Trực tiếp")).to_be_visible(timeout=40_000)
    for visitor in (director, lead, board):
        assert visitor.page.evaluate("() => window.sameDocument === true")
    # And the channel lives: the next change comes by itself.
    running.do("acknowledge", "giamdoc", tasking="1.02/BGD")
    expect(log.get_by_role("listitem").filter(has_text="Ban Giám đốc đã nhận 1.02")).to_have_count(
        1
    )


@pytest.mark.timeout(240)
def test_silence_is_shown_and_ends(running: Drill, enter: Enter) -> None:
    director = enter("tongdaodien", running.path())
    director.expects(*GONE)
    page = director.page
    expect(page.get_by_text("Trực tiếp")).to_be_visible()
    lost = page.get_by_role("alert").filter(has_text="Mất kết nối. Số liệu trên trang có thể đã cũ")
    pid = running.site.web_pid()
    os.kill(pid, signal.SIGSTOP)
    try:
        page.evaluate("() => { window.stoppedAt = performance.now(); }")
        expect(lost).to_be_visible(timeout=25_000)
        silent_ms = page.evaluate("() => performance.now() - window.stoppedAt")
        expect(page.get_by_text("Mất kết nối", exact=True)).to_be_visible()
    finally:
        os.kill(pid, signal.SIGCONT)
    assert (
        4_000 < silent_ms < 17_000
    )  # ten seconds from the last sign of life, which was just before
    expect(lost).to_be_hidden(timeout=40_000)
    expect(page.get_by_text("Trực tiếp")).to_be_visible()


HOLD_ANSWERS = """() => {
  const send = window.fetch;
  window.fetch = async (...asked) => {
    const answer = await send(...asked);
    const { headers, status } = answer;
    const text = await answer.text();
    await new Promise((go) => { window.letGo = go; });
    window.fetch = send;
    return new Response(text, { headers, status });
  };
}"""


def test_what_comes_while_the_live_part_is_on_its_way_stays(running: Drill, enter: Enter) -> None:
    running.do("release", inject="1.02")
    page = enter(to=running.board, viewport=WALL).page
    page.evaluate(HOLD_ANSWERS)
    page.evaluate("() => { dispatchEvent(new Event('online')); }")  # it asks for its live part
    page.wait_for_function("() => window.letGo")

    running.do("acknowledge", "trucban", tasking="1.02/VP")
    seen = page.get_by_text("Văn phòng đã nhận 1.02")
    expect(seen).to_be_visible()
    page.evaluate("() => { document.getElementById('board').dataset.before = '1'; }")
    page.evaluate("() => window.letGo()")
    page.wait_for_function("() => !document.getElementById('board').dataset.before")
    expect(seen).to_be_visible()
