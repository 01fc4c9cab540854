"""Pictures of every screen for the documents: ``python -m tests.browser.screenshots [name …]``.

A drill that bots have played to the same moment, in both languages, on a desk and on a phone.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

from .pages import CODE, DIRECTOR, EVALUATOR, LEAD, PLANNER, Directory, drawer, menu
from .site import PROJECT, Site
from .visitor import DESKTOP, PHONE, WALL, Visitor, chromium, context_of

TARGET = PROJECT / "docs" / "screens"
MOST_BYTES = 120_000
CONSOLE = "/x/{code}/console/"
SCREENS = (
    ("landing", "/", None, None),
    ("console", CONSOLE, DIRECTOR, None),
    ("inject", CONSOLE, DIRECTOR, drawer(".ev[data-st=work], .ev")),
    ("jump", CONSOLE + "jump/?to=%2B45", DIRECTOR, None),
    ("override", CONSOLE, DIRECTOR, menu("override")),
    ("inbox", "/x/{code}/inbox/", LEAD, None),
    ("tasking", "/x/{code}/inbox/{open:MAY}/", LEAD, None),
    ("unit-log", "/x/{code}/inbox/log/", LEAD, None),
    ("evaluate", "/x/{code}/evaluate/{done:BGD}/", EVALUATOR, None),
    ("evaluation", "/x/{code}/evaluation/", DIRECTOR, None),
    ("board", "{board}", None, None),
    ("journal", "/x/{code}/journal/", DIRECTOR, None),
    ("people", "/x/{code}/people/", DIRECTOR, None),
    ("report", "/x/{code}/report/", DIRECTOR, None),
    ("msel", "{draft}", PLANNER, None),
)


def main(wanted: list[str]) -> None:
    """Draw them all, or those whose file names begin with one of the words."""
    TARGET.mkdir(parents=True, exist_ok=True)
    site = Site()
    try:
        site.stage("prepare")
        site.mid_run = site.stage("mid_run", code=CODE)
        site.start()
        site.stage("do", code=CODE, command="resume")
        directory = Directory.of(site)
        with chromium() as browser:
            for language in ("vi", "en"):
                for device, viewport in (("", DESKTOP), ("-phone", PHONE), ("-wall", WALL)):
                    draw(browser, site, directory, language, device, viewport, wanted)
    finally:
        site.stop()


def draw(
    browser: Browser,
    site: Site,
    directory: Directory,
    language: str,
    device: str,
    viewport: dict[str, int],
    wanted: list[str],
) -> None:
    people: dict[str | None, Visitor] = {}
    for name, path, who, act in SCREENS:
        file = f"{name}{device}-{language}"
        if (device == "-wall") != (name == "board" and device != "-phone"):
            continue
        if wanted and not any(file.startswith(word) for word in wanted):
            continue
        if who not in people:
            scale = {} if device != "-phone" else {"device_scale_factor": 1.5}
            people[who] = Visitor(site, context_of(browser, viewport=viewport, **scale))
            if who:
                begins = "/home/" if who == PLANNER else directory.fill("/x/{code}/")
                people[who].sign_in(who, begins)
            people[who].speak(language)
        visitor = people[who]
        page = visitor.open(directory.fill(path))
        if act:
            act(page)
        page.wait_for_function("() => document.fonts.status === 'loaded'")
        keep(page, file)
        if name == "console" and not device:
            page.evaluate("() => { document.documentElement.dataset.theme = 'dark'; }")
            keep(page, f"console-dark-{language}")
    for visitor in people.values():
        for problem in visitor.problems:
            print(problem, file=sys.stderr)
        visitor.context.close()


def keep(page: Page, file: str) -> Path:
    """Save what is seen with as many colours as fit."""
    image = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    target = TARGET / f"{file}.png"
    for colours in (256, 128, 64, 32):
        image.quantize(colours, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
            target, optimize=True
        )
        if target.stat().st_size <= MOST_BYTES:
            break
    print(f"{target.relative_to(PROJECT)}  {target.stat().st_size // 1024} KB")
    return target


if __name__ == "__main__":
    main(sys.argv[1:])
