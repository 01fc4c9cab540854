"""Printed, no row of a table and no item of a list is cut in two by the end of a page."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.review.pdf_text import Pdf

from .conftest import Drill, Enter, Site

pytestmark = pytest.mark.browser

MARK = """() => {
  const rows = [...document.querySelectorAll("main :is(tbody tr, li, .slide)")];
  const seen = rows.filter((row) => row.checkVisibility());
  for (const [number, row] of seen.entries()) {
    for (const part of row.cells || [row]) {
      part.prepend(`«${number}»`);
      part.append(`«${number}»`);
    }
  }
  return seen.map((row) => getComputedStyle(row).breakInside);
}"""
"""Puts each row's number before and after all that it says; answers how each may be broken."""

LET_BREAK = """() => {
  for (const one of document.querySelectorAll("main, main *")) {
    one.style.breakInside = "auto";
    one.style.orphans = one.style.widows = 1;
  }
}"""


LOW = {"evaluation": "90mm", "compare": "60mm"}
"""How high the paper is for what would all stand on one sheet of A4."""
CUT_PAPER = """height => {
  const [sheet] = document.styleSheets;
  sheet.insertRule(`@page { size: 210mm ${height}; }`, sheet.cssRules.length);
}"""


def pages_of_rows(page: Page) -> list[set[int]]:
    """For each row that is printed: the pages on which a part of it stands."""
    sheets = Pdf(page.pdf(prefer_css_page_size=True)).pages()
    found: dict[int, set[int]] = {}
    for place, words in enumerate(sheets):
        for number in re.findall(r"«(\d+)»", re.sub(r"\s", "", words)):
            found.setdefault(int(number), set()).add(place)
    return [found[number] for number in sorted(found)]


Printed = Callable[[str], Page]


@pytest.fixture
def printed(site: Site, running: Drill, enter: Enter) -> Printed:
    """A page as the printer gets it: of a long drill, or what follows a short one."""

    def come(name: str) -> Page:
        code = site.mid_run["code"]
        if name in {"improvement", "hot-wash"}:
            code = running.code
            for inject in ("1.02", "1.04"):
                running.do("release", inject=inject)
            site.stage("actions", code=code, count=30)
            running.do("end")
        page = enter("tongdaodien", f"/x/{code}/{name}/").page
        expect(page.get_by_role("heading").first).to_be_attached()
        page.emulate_media(media="print")
        if name in LOW:
            page.evaluate(CUT_PAPER, LOW[name])
        return page

    return come


@pytest.mark.parametrize("name", ["report", "improvement", "hot-wash", "evaluation", "compare"])
def test_every_row_stands_on_one_page(printed: Printed, name: str) -> None:
    page = printed(name)
    breaks = page.evaluate(MARK)
    assert len(breaks) > 4
    assert set(breaks) == {"avoid"}
    rows = pages_of_rows(page)
    assert len(rows) == len(breaks)
    assert len(set.union(*rows)) > 1
    assert [number for number, sheets in enumerate(rows) if len(sheets) > 1] == []


@pytest.mark.parametrize("name", ["report", "hot-wash"])
def test_it_would_be_seen_if_a_row_were_cut(printed: Printed, name: str) -> None:
    page = printed(name)
    page.evaluate(MARK)
    page.evaluate(LET_BREAK)
    assert [sheets for sheets in pages_of_rows(page) if len(sheets) > 1]
