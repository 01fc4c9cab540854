"""All pages in both languages: accessible, within every width, no complaint of the browser."""

from __future__ import annotations

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from .conftest import Drill, Enter
from .pages import ADMINISTRATOR, PAGES, PLANNER, Directory, Shown
from .site import Site
from .visitor import PHONE, Visitor

pytestmark = pytest.mark.browser

WIDTHS = (320, 390, 820, 1024, 1280, 1440)
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
TOO_WIDE = """() => document.documentElement.scrollWidth > innerWidth + 1
  && [...document.querySelectorAll("body *")]
     .filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
     .slice(0, 4).map((e) => e.tagName + "." + e.className + "#" + e.id)"""
SCHEME = "scheme => { document.documentElement.dataset.theme = scheme; }"


def violations(page: Page, what: str) -> list[str]:
    found: Any = Axe().run(page, options=RULES)
    return [
        f"{what}: {one['id']} – {node['target']} {node.get('failureSummary', '')[:180]}"
        for one in found.response["violations"]
        for node in one["nodes"][:3]
    ]


def too_wide(page: Page, what: str) -> list[str]:
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if culprits := page.evaluate(TOO_WIDE):
            found.append(f"{what}: overflows at {width}: {culprits}")
    return found


@pytest.fixture(scope="session")
def directory(site: Site) -> Directory:
    return Directory.of(site)


def schemes(shown: Shown, language: str) -> tuple[str, ...]:
    """Both in both languages where most is read; elsewhere each once, for it takes seconds."""
    if "board" in shown.name:
        return ("dark",)
    if shown.name in {"landing", "console", "inbox", "tasking"}:
        return ("light", "dark")
    return ("light",) if language == "vi" else ("dark",)


def survey(visitor: Visitor, shown: Shown, directory: Directory) -> list[str]:
    page, wrong = visitor.page, []
    path = directory.fill(shown.path)
    if shown.status != 200:
        visitor.expects(str(shown.status))
    for language in ("vi", "en"):
        visitor.speak(language)
        page.set_viewport_size({"width": 1440, "height": 900})
        answer = page.goto(visitor.site.address + path)
        assert answer is not None
        assert answer.status == shown.status
        if shown.act:
            shown.act(page)
        for scheme in schemes(shown, language):
            page.evaluate(SCHEME, scheme)
            wrong += violations(page, f"{shown.name} {language} {scheme}")
        wrong += too_wide(page, f"{shown.name} {language}")
    return wrong


@pytest.mark.parametrize("shown", PAGES, ids=lambda shown: shown.name)
def test_page(shown: Shown, enter: Enter, directory: Directory) -> None:
    begins = "/home/" if shown.who in {ADMINISTRATOR, PLANNER} else directory.fill("/x/{code}/")
    visitor = enter(shown.who, begins) if shown.who else enter()
    assert survey(visitor, shown, directory) == []


def test_what_waits_of_a_drill_fits_into_the_list_of_exercises(
    running: Drill, enter: Enter
) -> None:
    running.site.stage("actions", code=running.code, count=12)
    running.do("end")
    page = enter("phodaodien", "/home/").page
    expect(page.get_by_role("link", name=re.compile("^Khắc phục: ")).first).to_be_visible()
    assert too_wide(page, "home") == []


def test_an_empty_install(empty_site: Site, enter: Enter) -> None:
    visitor = enter(at=empty_site)
    nowhere = Directory({"code": "", "board": ""}, {}, {"path": ""})
    wrong = survey(visitor, Shown("setup", "/setup/"), nowhere)
    visitor.speak("vi")
    page = visitor.open("/setup/")
    for label, words in (
        ("Họ tên, chức danh", "Nguyễn Thị Hạnh"),
        ("Tài khoản", "hanh.nt"),
        ("Mật khẩu", "Bến-đò-xưa-2023"),
        ("Nhập lại mật khẩu", "Bến-đò-xưa-2023"),
    ):
        page.get_by_label(label, exact=True).fill(words)
    page.get_by_role("button", name="Tạo và bắt đầu").click()
    page.get_by_role("heading", name="Chưa có cuộc diễn tập nào").wait_for()
    wrong += survey(visitor, Shown("fresh", "/home/"), nowhere)
    assert wrong == []


SMALL = """() => [...document.querySelectorAll("button, a.btn, .bot a, .tabs a, summary.btn")]
  .filter((e) => e.checkVisibility() && !e.closest(".lang, details:not([open]) > :not(summary)"))
  .map((e) => [e.innerText || e.ariaLabel, Math.round(e.getBoundingClientRect().height)])
  .filter(([, height]) => height < 44)"""


@pytest.mark.parametrize(
    "shown",
    [
        page
        for page in PAGES
        if page.name in {"landing", "inbox", "tasking", "unit-log", "rating", "console"}
    ],
    ids=lambda shown: shown.name,
)
def test_a_thumb_hits_it(shown: Shown, enter: Enter, directory: Directory) -> None:
    path = directory.fill(shown.path)
    visitor = enter(shown.who, path, viewport=PHONE)
    assert visitor.page.evaluate(SMALL) == []
