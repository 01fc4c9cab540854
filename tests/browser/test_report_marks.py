"""The report's drawings tell what a mark is: to a mouse, to a finger, to keys."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from .conftest import Enter, Site
from .visitor import PHONE

pytestmark = pytest.mark.browser


@pytest.fixture
def path(site: Site) -> str:
    return f"/x/{site.mid_run['code']}/report/"


def a_mark(page: Page) -> tuple[Locator, str]:
    """One that leads to its moment, and what it tells."""
    mark = page.locator("a.mk[data-tip]").first
    mark.scroll_into_view_if_needed()
    said = mark.get_attribute("data-tip")
    assert said
    return mark, said


def tip(page: Page) -> Locator:
    return page.locator(".rp-tip")


def test_hovering_tells_the_inject(site: Site, enter: Enter, path: str) -> None:
    page = enter("tongdaodien", path).page
    mark, said = a_mark(page)
    expect(tip(page)).to_be_hidden()
    mark.hover(force=True)
    expect(tip(page)).to_have_text(said)
    expect(tip(page)).to_be_visible()
    page.locator("h1").hover()
    expect(tip(page)).to_be_hidden()


def test_the_first_tap_tells_and_the_second_follows(site: Site, enter: Enter, path: str) -> None:
    page = enter("tongdaodien", path, viewport=PHONE).page
    mark, said = a_mark(page)
    address = page.url
    mark.tap(force=True)
    expect(tip(page)).to_have_text(said)
    expect(tip(page)).to_be_visible()
    assert page.url == address
    mark.tap(force=True)
    page.wait_for_url("**/replay/**")


def test_keys_go_from_mark_to_mark(site: Site, enter: Enter, path: str) -> None:
    page = enter("tongdaodien", path).page
    mark, said = a_mark(page)
    mark.focus()
    expect(tip(page)).to_have_text(said)
    page.keyboard.press("ArrowRight")
    expect(mark).not_to_be_focused()
    expect(page.locator("a.mk:focus")).to_have_count(1)
    expect(tip(page)).to_be_visible()
    page.keyboard.press("Escape")
    expect(tip(page)).to_be_hidden()
