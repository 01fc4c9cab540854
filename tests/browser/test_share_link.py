"""A guest at the board: the share link runs out under an open wall, and comes back."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .conftest import Drill, Enter
from .visitor import WALL

pytestmark = pytest.mark.browser
KEEP_STREAMS = """
window.streams = [];
const Plain = window.EventSource;
window.EventSource = class extends Plain {
  constructor(...words) { super(...words); window.streams.push(this); }
};
"""


def test_an_open_wall_is_told_when_its_link_runs_out(drill: Drill, enter: Enter) -> None:
    drill.site.stage("let_link_end", code=drill.code, in_s=8)
    board = enter(to=drill.board, viewport=WALL)
    board.expects("410", "403")
    expect(board.page.get_by_role("heading", name="Liên kết bảng tin đã hết hạn")).to_be_visible(
        timeout=30_000
    )
    drill.do("extend_board_link")
    board.page.reload()
    expect(board.page.get_by_role("heading", name="Liên kết bảng tin đã hết hạn")).to_be_hidden()
    expect(board.page.get_by_role("button", name="Toàn màn hình")).to_be_visible()


def test_a_stream_that_is_ended_to_be_renewed_goes_on_by_itself(
    running: Drill, enter: Enter
) -> None:
    board = enter(viewport=WALL)
    board.context.add_init_script(KEEP_STREAMS)
    page = board.open(running.board)
    # What the hub sends an hour later, on the page's own stream.
    page.wait_for_function("() => window.streams.length")
    page.evaluate("() => { window.sameDocument = true; }")
    page.evaluate("() => { window.streams[0].dispatchEvent(new Event('renew')); }")
    page.wait_for_function("() => window.streams.length === 2", timeout=30_000)
    page.wait_for_function("() => window.streams[1].readyState === 1", timeout=30_000)
    assert page.evaluate("() => window.streams.map((stream) => stream.readyState)") == [2, 1]
    running.do("acknowledge", "trucban", tasking="1.01/VP")
    expect(page.get_by_text("Văn phòng đã nhận 1.01")).to_be_visible(timeout=20_000)
    assert page.evaluate("() => window.sameDocument === true")


def test_a_network_that_comes_and_goes_leaves_one_stream_open(running: Drill, enter: Enter) -> None:
    board = enter(viewport=WALL)
    board.context.add_init_script(KEEP_STREAMS)
    board.page.clock.install()
    page = board.open(running.board)
    page.wait_for_function("() => window.streams[0]?.readyState === 1")
    page.evaluate(
        "() => { for (const n of [1, 2, 3]) window.dispatchEvent(new Event('offline')); }"
    )
    page.clock.run_for(4000)  # the waits are at most 0.75, 1.5 and 3 s
    page.wait_for_function("() => window.streams.at(-1).readyState === 1", timeout=30_000)
    assert page.evaluate("() => window.streams.filter((one) => one.readyState < 2).length") == 1


def test_a_guest_chooses_the_language(running: Drill, enter: Enter) -> None:
    board = enter(to=running.board, viewport=WALL)
    board.page.get_by_role("button", name="EN English").click()
    expect(board.page.get_by_role("button", name="Full screen")).to_be_visible()
    assert board.page.url.endswith(running.board)
