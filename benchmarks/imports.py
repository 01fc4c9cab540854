"""A planner's import of a long MSEL in a browser, while a drill runs on the same machine.

The whole product (``manage.py run``), a real Chromium, a sheet as a planner keeps it. What the
planner waits for is measured from press to page; what the drill suffers, by the lateness of its
releases, with and without the import.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from playwright.sync_api import Page, sync_playwright

from benchmarks.figures import percentiles
from benchmarks.processes import DidNotFinish, directory, environment, free_port, manage, wait_until
from benchmarks.results import Results
from benchmarks.startup import heartbeat, run_tree

CHROMIUM = "/usr/bin/chromium"
UNITS = 40
LIMIT_S = 60.0
SCALES = {"full": {"rows": 5000, "quiet_s": 15.0}, "small": {"rows": 400, "quiet_s": 2.0}}
HEADER = ("Số", "Thời gian", "Đơn vị nhận", "Nội dung", "Nội dung đầy đủ", "Kênh", "Hạn (phút)")


def measure(results: Results, *, scale: str, repeats: int) -> None:
    """Each time with an install of its own."""
    if not Path(CHROMIUM).exists():
        results.add(failed=f"there is no {CHROMIUM}")
        return
    for repeat in range(1, repeats + 1):
        try:
            results.add(repeat=repeat, **one(**SCALES[scale]))
        except DidNotFinish as why:
            results.add(repeat=repeat, failed=f"did not finish: {why}")


def one(rows: int, quiet_s: float) -> dict[str, Any]:
    """One import into a fresh install."""
    with directory() as there:
        port = free_port()
        var = there / "var"
        env = environment(
            EXERCISE_VAR=str(var),
            DJANGO_SETTINGS_MODULE="exercise.settings",
            PORT=str(port),
            RATE_LIMITS="0",
            SECOND_FACTOR="off",
        )
        manage("migrate", "--no-input", "-v", "0", env=env)
        sheet = there / "msel.xlsx"
        write_sheet(sheet, rows)
        begun_us = time.time_ns() // 1000
        with run_tree(env, there, port):
            wait_until(lambda: heartbeat(var, begun_us), "no timer works", LIMIT_S)
            words = manage("shell", "--no-imports", "-c", _PREPARE, env=env).split()
            token, address = words[-2], f"http://127.0.0.1:{port}{words[-1]}"
            time.sleep(quiet_s)
            before = time.time_ns() // 1000
            waited = take_in(f"http://127.0.0.1:{port}/go/{token}/", address, sheet)
            after = time.time_ns() // 1000
            time.sleep(1.0)  # for the last ones to be released
        late = releases(var)
    meanwhile = [late_us for at, late_us in late if before <= at <= after]
    alone = [late_us for at, late_us in late if at < before]
    return {
        "rows": rows,
        **waited,
        **{f"alone_{name}_ms": value for name, value in _in_ms(alone).items()},
        **{f"meanwhile_{name}_ms": value for name, value in _in_ms(meanwhile).items()},
        "releases": len(meanwhile),
    }


def _in_ms(late_us: list[int]) -> dict[str, float]:
    return percentiles([one / 1000 for one in late_us])


def write_sheet(path: Path, rows: int) -> None:
    """An MSEL as it is kept in a spreadsheet: one row an inject, times of the drill's days."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("MSEL")
    sheet.append(HEADER)
    for n in range(rows):
        minute = n * 600 // rows
        sheet.append(
            (
                f"1.{n + 1:04}",
                f"N1 {7 + minute // 60:02}:{minute % 60:02}",
                f"DV{n % UNITS + 1:03}",
                f"Báo cáo tình hình lần {n + 1}",
                "Nội dung giả định của tình huống. " * 6,
                ("Văn bản", "Điện thoại", "Thư điện tử")[n % 3],
                30 + n % 4 * 15,
            )
        )
    book.save(path)


def take_in(sign_in: str, address: str, sheet: Path) -> dict[str, float]:
    """What the planner waits for, seconds."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(locale="vi")
        page.set_default_timeout(1000 * LIMIT_S)
        page.goto(sign_in)
        page.locator("main form button").last.click()
        page.wait_for_load_state()
        page.goto(f"{address}import/")
        page.set_input_files("input[type=file]", str(sheet))
        read_s = _until(page, "**/columns/", page.locator("main form .primary").last.click)
        check_s = _until(page, "**/check/", page.locator(".imp-columns .primary").click)
        write_s = _until(page, "**/done/", page.locator("form[action$='/write/'] .primary").click)
        moments = []
        for _time in range(5):
            # The page asks for the check, which the next one would stand in a queue with.
            page.goto(address, wait_until="networkidle")
            moments.append(page.evaluate(_FIRST_BYTE))
        browser.close()
    return {
        "preview_s": round(read_s + check_s, 2),
        "read_s": round(read_s, 2),
        "check_s": round(check_s, 2),
        "import_s": round(write_s, 2),
        "editor_first_byte_ms": round(sorted(moments)[2], 1),
    }


def _until(page: Page, address: str, press: Callable[[], None]) -> float:
    begun = time.monotonic()
    press()
    page.wait_for_url(address)
    return time.monotonic() - begun


def releases(var: Path) -> list[tuple[int, int]]:
    """Wall µs and lateness (µs) of every release by the timers."""
    with sqlite3.connect(f"file:{var / 'db.sqlite3'}?mode=ro", uri=True) as database:
        found = database.execute(
            "SELECT released_wall_us, lateness_us FROM exercise_inject"
            " WHERE lateness_us IS NOT NULL ORDER BY released_wall_us"
        ).fetchall()
    return [(at, late_us) for at, late_us in found]


_FIRST_BYTE = """() => {
  const [one] = performance.getEntriesByType("navigation");
  return one.responseStart - one.requestStart;
}"""

_PREPARE = f"""
from datetime import UTC, datetime
from exercise import conduct
from exercise.conduct import create_exercise
from exercise.models import Exercise, Inject
from exercise.players.cast import fill_empty_seats
from exercise.players.rehearsal import director_of
from scenarios.models import Participation, PhasePlan, Scenario, Status, sort_key
from units.models import SignInLink, Unit, User
HOUR = 3_600_000_000
units = [Unit.objects.create(code=f"DV{{n:03}}", name={{"vi": f"Đơn vị {{n}}"}})
         for n in range(1, {UNITS} + 1)]
made = {{}}
for code, status in (("draft", Status.DRAFT), ("drill", Status.APPROVED)):
    one = Scenario.objects.create(code=code, title={{"vi": "Thử"}}, status=status,
                                  starts_at=datetime(2026, 3, 2, tzinfo=UTC))
    for place, phase in enumerate(("transition", "preparation", "execution")):
        PhasePlan.objects.create(scenario=one, phase=phase, title={{"vi": phase}},
                                 starts_us=place * 24 * HOUR, ends_us=(place + 1) * 24 * HOUR)
    for unit in units:
        Participation.objects.create(scenario=one, unit=unit)
    made[code] = one
exercise = create_exercise(made["drill"], rehearsal=True)
fill_empty_seats(exercise)
injects = Inject.objects.bulk_create(
    Inject(exercise=exercise, number=f"1.{{n:04}}", sort_key=sort_key(f"1.{{n:04}}"),
           phase="transition", title={{"vi": f"Tin {{n}}"}}, content={{"vi": "Nội dung. " * 30}},
           state="scheduled", planned_us=1_000_000 + n * 250_000)
    for n in range(600))
link = Inject.addressees.through
link.objects.bulk_create(link(inject_id=one.pk, unit_id=units[n % {UNITS}].pk)
                         for n, one in enumerate(injects))
conduct.start(exercise.pk, director_of(exercise))
planner = User.objects.create_user("planner", password=None, name="Planner", may_plan=True)
print(SignInLink.issue(planner)[1], "/scenarios/draft/1/")
"""
