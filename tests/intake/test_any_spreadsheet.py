"""Any spreadsheet of random cells ends in a report: never in an exception, and what the report lets
in can be written.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

import pytest
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from exercise.screens.desk.importing.table import ALL, AROUND, ERRORS, table
from scenarios.editing.importing import ready_import, write_import
from scenarios.imports.review import Review, review_of
from scenarios.intake import readers
from scenarios.intake.preview import Preview
from scenarios.intake.reading import Unreadable
from scenarios.models import Import, Scenario
from scenarios.reading import read, store
from tests.intake.whole_way import previews
from tests.intake.workbooks import MAIN, workbook
from tests.scenarios.small import SMALL
from units.models import User

pytestmark = pytest.mark.django_db

FUZZ = settings(deadline=None, suppress_health_check=list(HealthCheck))

FITTING: dict[str, tuple[str, ...]] = {
    "Nội dung": ("Nhận công điện", "Rò rỉ amoniac. Báo cáo ngay.", "dài " * 6_000),
    "STT": ("1.1", "1.2", "5.01", "5.02", "5.03", "5.04", "1.10"),
    "Giờ DT": ("N1 07:30", "07h30", "J+1 09h00", "+90'", "5.01 + 5'", "N60 07:00", "N61 23:00", ""),
    "Ngày": ("10/10/2023", "11/10/2023", "31/02/2024", "26/06/2024", "N2"),
    "Giai đoạn": ("1", "2", "Chuyển trạng thái", "9"),
    "Đơn vị nhận": ("VP", "Tất cả", "Văn phòng", "Không có", "VP; XX; " * 150),
    "Tiêu đề": ("Tin giả", "Title", "t" * 400),
    "Hạn": ("30'", "1h30m", "9 ngày", "0", "-5'"),
    "Sau tin": ("5.01 quá hạn", "5.02", "5.03", "5.04", "5.01 hoàn thành + 9999h", "1.1"),
    "Hành động mong đợi": ("Báo cáo", "- Một\n- Hai", "việc\n" * 300, "dài " * 6_000),
    "Mục tiêu": ("MT1", "MT1; MT9", "".join(f"M{n}; " for n in range(300))),
    "Bắt buộc": ("x", "có", "không", "?"),
    "Ghi chú": ("gấp", "dài " * 6_000),
    "Kênh": ("Công văn", "Điện thoại", "khói"),
    "": ("GIAI ĐOẠN 1: CHUYỂN TRẠNG THÁI", "Ngày 2"),
}
"""What people keep in columns of these names, and what they might."""
WORDS = ("=1+1", "#REF!", "1e999", "400 ngày", "-", "<b>đậm</b>", "\x07\x00", "a\n" * 300)


class Fault(str):
    """What a formula that failed shows."""


class Styled(NamedTuple):
    """A number that a spreadsheet shows as a date, a time, a length of time."""

    number: float
    style: int


text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
numbers = st.integers(-(10**18), 10**18) | st.floats() | st.integers(0, 60)
cells = st.one_of(
    st.sampled_from(WORDS),
    text,
    st.none(),
    st.booleans(),
    numbers,
    st.dates().map(date.isoformat),
    st.sampled_from(["#REF!", "#N/A", "#DIV/0!"]).map(Fault),
    st.builds(Styled, st.floats(-10, 60_000) | numbers.map(float), st.integers(0, 4)),
)


@st.composite
def grids(draw: st.DrawFn) -> list[list[Any]]:
    """Rows under a header of what people keep, or under any, below titles or not."""
    names = draw(st.lists(st.sampled_from(list(FITTING)), min_size=1, max_size=8))
    header = [*draw(st.sampled_from([["Nội dung", "STT"], ["Nội dung"], []])), *names]
    fitting = [st.sampled_from(FITTING[name]) for name in header]
    if not draw(st.integers(0, 5)):
        header = draw(st.lists(text, min_size=len(header), max_size=len(header)))
    odd = draw(st.integers(0, 3))
    row = st.tuples(*(cells if odd == 3 else st.one_of(*[one] * 4, cells) for one in fitting))
    rows = draw(st.lists(row.map(list) | st.lists(cells, max_size=3), min_size=1, max_size=8))
    above = draw(st.lists(st.lists(cells, max_size=2), max_size=2))
    return [*above, header, *rows]


# ── files ───────────────────────────────────────────────────────────────────────────────────────
def as_workbook(grid: Sequence[Sequence[Any]]) -> bytes:
    rows = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in grid)
    shown = "".join(f'<xf numFmtId="{known}"/>' for known in (0, 14, 22, 20, 46))
    styles = f'<styleSheet xmlns="{MAIN}"><cellXfs>{shown}</cellXfs></styleSheet>'
    return workbook(rows, **{"xl/styles.xml": styles})


def _cell(value: Any) -> str:
    match value:
        case None:
            return "<c/>"
        case bool():
            return f'<c t="b"><v>{int(value)}</v></c>'
        case Styled():
            return f'<c s="{value.style}"><v>{value.number!r}</v></c>'
        case Fault():
            return f'<c t="e"><v>{value}</v></c>'
        case int() | float():
            return f"<c><v>{value!r}</v></c>"
        case _:
            # What XML cannot hold, a spreadsheet writes by its number.
            said = re.sub(
                "[\x00-\x08\x0b-\x1f\ufffe\uffff]", lambda c: f"_x{ord(c[0]):04X}_", value
            )
            return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(said)}</t></is></c>'


def as_text(grid: Sequence[Sequence[Any]], delimiter: str) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerows([_words(value) for value in row] for row in grid)
    return out.getvalue().encode()


def _words(value: Any) -> str:
    if value is None:
        return ""
    return str(value.number if isinstance(value, Styled) else value)


FILES = {
    "xlsx": as_workbook,
    "csv": lambda grid: as_text(grid, ","),
    "tsv": lambda grid: as_text(grid, "\t"),
}


# ── reports ─────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def draft() -> Scenario:
    return store(read(SMALL.encode()), as_draft=True)


@pytest.fixture
def planner() -> User:
    return User.objects.create_user("soan-thao", password=None, name="Soạn", may_plan=True)


def reported(seen: Preview) -> None:
    """The report, the review and each of its pages can be made, and say the same."""
    report = seen.report(imported=0)
    json.dumps(report, ensure_ascii=False).encode()
    review = review_of(seen, "key")
    assert Review.loads(review.dumps()) == review
    assert len(review.rows) == report["rows"]
    assert review.counts["error"] >= len({one["row"] for one in report["errors"] if one["row"]})
    for show in (AROUND, ALL, ERRORS):
        assert table(review, {}, show, 1).lines or not review.rows or show != ALL


@pytest.mark.parametrize("kind", FILES)
@settings(FUZZ, max_examples=40)
@given(grid=grids())
def test_any_spreadsheet_ends_in_a_report_whose_good_rows_can_be_written(
    draft: Scenario, planner: User, kind: str, grid: list[list[Any]]
) -> None:
    try:
        alone, into = previews(readers.of(FILES[kind](grid), f"a.{kind}"))
    except Unreadable as refusal:
        event(f"refused: {refusal.code}")
        return
    event("rows imported" if into.merge.after else "no row imported")
    reported(alone)
    reported(into)
    with transaction.atomic():
        write_import(ready_import(draft.pk, into.merge), planner, name="a")
        transaction.set_rollback(True)


# ── pages ───────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def _files_go() -> Iterator[None]:
    yield
    for file in Path(django_settings.MEDIA_ROOT).glob("imports/**/*.*"):
        file.unlink()


@pytest.mark.usefixtures("_files_go")
@pytest.mark.parametrize("kind", FILES)
@settings(FUZZ, max_examples=4)
@given(grid=grids())
def test_any_spreadsheet_is_shown_row_by_row(
    draft: Scenario, planner: User, kind: str, grid: list[list[Any]]
) -> None:
    client = Client()
    client.force_login(planner, "django.contrib.auth.backends.ModelBackend")
    address = f"/scenarios/{draft.code}/{draft.version}/import/"
    file = SimpleUploadedFile(f"a.{kind}", FILES[kind](grid))
    answer = client.post(address, {"file": file})
    if answer.status_code == 422:
        assert "Tệp" in answer.content.decode()
        return
    made = f"{address}{Import.objects.latest('pk').pk}/"
    page = client.get(f"{made}columns/")
    assert page.status_code == 200
    sent = re.findall(
        r'type="hidden" name="(sheet|header_row)" value="(.*?)"', page.content.decode()
    )
    answer = client.post(f"{made}columns/", dict(sent))
    if answer.status_code == 422:
        return
    page = client.get(f"{made}check/?show=all", follow=True)
    assert page.status_code == 200
    assert client.get(f"{made}errors.xlsx", follow=True).status_code == 200
