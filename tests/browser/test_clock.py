"""The clock on a page is the server's, whatever the machine in front of it believes."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .conftest import Drill, Enter

pytestmark = pytest.mark.browser

# performance.timeOrigin is not touched by a shifted Date: the machine's true time.
NEXT_SECOND = """() => new Promise((resolve) => {
  const read = () => document.querySelector("[data-clock=hm]").textContent
    + document.querySelector("[data-clock=s]").textContent;
  const before = read();
  const observer = new MutationObserver(() => {
    if (read() === before) return;
    observer.disconnect();
    resolve([performance.timeOrigin + performance.now(), read()]);
  });
  observer.observe(document.body, { childList: true, characterData: true, subtree: true });
})"""


@pytest.mark.parametrize("shift_ms", [0, 3_600_000, -3_600_000])
def test_it_agrees_with_the_server(running: Drill, enter: Enter, shift_ms: int) -> None:
    page = enter("tongdaodien", running.path(), shift_ms=shift_ms).page
    expect(page.get_by_text("Trực tiếp")).to_be_visible()
    row = running.site.stage("anchors", code=running.code)
    off_s = []
    for _look in range(5):  # a page that was held up at one look is right at the next
        at_ms, text = page.evaluate(NEXT_SECOND)
        hours, minutes, seconds = (int(part) for part in text.split(":"))
        shown_s = hours * 3600 + minutes * 60 + seconds
        passed_s = (at_ms - row["wall_us"] / 1000) / 1000 * row["permille"] / 1000
        true_s = row["zero_s"] + row["us"] / 1e6 + passed_s
        off_s.append(abs(true_s - shown_s))
    assert min(off_s) < 0.5, off_s
