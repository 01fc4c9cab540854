"""The report as a workbook: facts, ratings and the journal, a sheet each, in columns of one type.

Lengths are minutes of exercise time as numbers, moments of exercise and wall are dates that a
spreadsheet can count with. What begins like a formula stays text.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from exercise.models import JournalEntry
from exercise.review.facts import Spread
from exercise.review.files.workbook import (
    HEAD,
    TITLE,
    WARNING,
    Cells,
    Column,
    Row,
    add_sheet,
    new_book,
    saved,
)
from exercise.review.outline import outline
from exercise.review.report.values import Report
from scenarios.calendar import MINUTE_US, SECOND_US


def write(report: Report) -> bytes:
    """The file."""
    with translation.override(report.language):
        book = new_book(report.head.title)
        _first(book, report)
        for name, columns, rows in _sheets(report):
            add_sheet(book, name, columns, rows)
    return saved(book)


def _minutes(length_us: int | None) -> float | None:
    return None if length_us is None else length_us / MINUTE_US


def _moment(report: Report, play_us: int | None) -> datetime | None:
    """A moment of the drill's own calendar."""
    return None if play_us is None else report.calendar.moment(play_us).replace(tzinfo=None)


def _wall(zone: ZoneInfo, wall_us: int) -> datetime:
    moment = datetime.fromtimestamp(wall_us // SECOND_US, UTC).astimezone(zone)
    return moment.replace(tzinfo=None)


# ── sheets ──────────────────────────────────────────────────────────────────────────────────────
def _first(book: Any, report: Report) -> None:
    """The figures, and before them what is to be said first."""
    found = outline(report)
    sheet = book.create_sheet(_("Số liệu"))
    cells = Cells(sheet)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 44, 60
    for warning in found.warnings:
        sheet.append([cells.styled(warning, WARNING)])
    sheet.append([cells.styled(found.title, TITLE)])
    for line in (found.notice, found.subtitle, *found.about, *found.signature):
        sheet.append(cells.row([line]))
    sheet.append([])
    sheet.append([cells.styled(head, HEAD) for head in (_("Chỉ số"), _("Kết quả"))])
    key = report.key
    for name, value in (
        (_("Tin đã phát"), key.released),
        (_("Tổng số tin"), key.total),
        (_("Tin bỏ qua"), key.skipped),
        (_("Tin thêm trong diễn tập"), key.added),
        (_("Tin đúng hạn"), key.on_time),
        (_("Lượt giao việc"), key.taskings),
        (_("Xác nhận, trung vị (phút diễn tập)"), _minutes(key.acknowledgement.median_us)),
        (_("Hoàn thành, trung vị (phút diễn tập)"), _minutes(key.completion.median_us)),
        (_("Việc bắt buộc"), key.mandatory),
        (_("Việc bắt buộc xong đúng hạn"), key.mandatory_in_time),
        (_("Mục tiêu"), key.objectives),
        (_("Mục tiêu được đánh giá"), key.objectives_rated),
        (_("Mục tiêu đạt mức P hoặc S"), key.objectives_met),
    ):
        sheet.append(cells.row([name, value]))
    for part in (found.summary, *found.numbered):
        for finding in filter(None, part.findings):
            sheet.append(cells.row([part.title, finding]))


def _sheets(report: Report) -> Iterator[tuple[str, Sequence[Column], Iterable[Row]]]:
    number = (_("Tin"), 8)
    unit = (_("Đơn vị"), 22)
    entry = (_("Mục nhật ký"), 10)
    yield _("Giai đoạn"), _phase_columns(), _phases(report)
    yield (
        _("Tin"),
        [
            number,
            (_("Tiêu đề"), 48),
            (pgettext("phase", "GĐ"), 6),
            (_("Tình trạng"), 14),
            (_("Bắt buộc"), 9),
            (_("Thêm trong diễn tập"), 9),
            (_("Giờ định"), 19),
            (_("Giờ phát"), 19),
            (_("Phát trễ (phút)"), 10),
            (_("Đúng hạn"), 9),
            (_("Số đơn vị"), 8),
            (_("Đã xác nhận"), 8),
            (_("Đã xong"), 8),
            (_("Quá hạn"), 8),
            *_spread_columns(_("Xác nhận")),
            *_spread_columns(_("Hoàn thành")),
            (_("Đính chính"), 8),
            (_("Phát lại"), 8),
            (_("Lý do thu hồi"), 30),
            entry,
        ],
        _injects(report),
    )
    yield (
        _("Xác nhận"),
        [unit, number, (_("Tiêu đề"), 48), (_("Sau (phút)"), 10), (_("Quá hạn"), 9), entry],
        (
            (strip.unit.short, one.number, one.title, _minutes(one.after_us), one.over, one.seq)
            for strip in report.acknowledgements.strips
            for one in strip.points
        ),
    )
    yield (
        _("Đơn vị"),
        [
            unit,
            (_("Việc"), 8),
            (_("Đã xác nhận"), 8),
            (_("Đã xong"), 8),
            (_("Quá hạn"), 8),
            (_("Được miễn"), 8),
            (_("Bị hủy"), 8),
            (_("Làm lại"), 8),
            (_("Bắt buộc"), 8),
            (_("Bắt buộc xong đúng hạn"), 10),
            (_("Dồn nhất trong 15 phút"), 10),
            (_("Từ lúc"), 19),
            *_spread_columns(_("Mở tin")),
            *_spread_columns(_("Xác nhận")),
            *_spread_columns(_("Hoàn thành")),
        ],
        _units(report),
    )
    yield (
        _("Đánh giá"),
        [
            (_("Mục tiêu"), 10),
            (_("Tên mục tiêu"), 40),
            unit,
            (_("Mức"), 6),
            (_("Mức chung của đơn vị"), 10),
            number,
            (_("Nội dung được đánh giá"), 40),
            (_("Ghi chú"), 50),
            (_("Người đánh giá"), 24),
            entry,
        ],
        (
            (
                *(row.code, row.title, cell.unit.short, one.rating, cell.rating, one.number),
                *(one.action, one.note, one.evaluator, one.seq),
            )
            for row in report.objectives.rows
            for cell in row.cells
            for one in cell.judgements
        ),
    )
    yield (
        _("Nhận xét"),
        [
            (_("Loại"), 16),
            (_("Mục tiêu"), 12),
            unit,
            (_("Mức"), 6),
            number,
            (_("Nội dung"), 70),
            (_("Nơi"), 24),
            (_("Người đánh giá"), 24),
            (_("Giờ diễn tập"), 19),
            (_("Tới muộn, lúc"), 19),
            entry,
        ],
        (
            (
                *(row.what_label, ", ".join(row.objectives), row.unit.short if row.unit else ""),
                *(row.rating, row.number, row.text, row.place, row.evaluator),
                *(_moment(report, row.at_us), _moment(report, row.arrived_us), row.seq),
            )
            for row in report.observations.rows
        ),
    )
    yield (
        _("Khắc phục"),
        [
            (_("Số"), 10),
            (_("Mục tiêu"), 12),
            unit,
            (_("Hạn chế"), 50),
            (_("Biện pháp"), 50),
            (_("Đơn vị phụ trách"), 24),
            (_("Người phụ trách"), 24),
            (_("Hạn"), 12),
            (_("Tình trạng"), 20),
            entry,
        ],
        (
            (
                *(one.label, one.objective, one.unit.short if one.unit else "", one.finding),
                *(one.measure, one.owner.short, one.responsible, one.due, one.state_label),
                one.observation_seq,
            )
            for one in report.improvement.rows
        ),
    )
    yield (
        _("Nhật ký"),
        [
            (_("Số"), 8),
            (_("Giờ thực"), 19),
            (_("Giờ diễn tập"), 19),
            (pgettext("phase", "GĐ"), 14),
            (_("Loại"), 26),
            (_("Người"), 24),
            (_("Vai trò"), 12),
            (_("Mã đơn vị"), 12),
            number,
            (_("Dữ liệu"), 60),
            (_("Mã băm"), 66),
        ],
        _journal(report),
    )


def _phase_columns() -> list[Column]:
    return [
        (pgettext("phase", "GĐ"), 6),
        (_("Tên giai đoạn"), 40),
        (_("Bắt đầu theo kế hoạch"), 19),
        (_("Kết thúc theo kế hoạch"), 19),
        (_("Bắt đầu"), 19),
        (_("Kết thúc"), 19),
        (_("Chênh lệch (phút)"), 10),
        (_("Tin"), 8),
        (_("Đúng hạn"), 8),
        (_("Trễ"), 8),
        (_("Lý do vượt cổng"), 40),
        (_("Mục nhật ký"), 10),
    ]


def _phases(report: Report) -> Iterator[Row]:
    for row in report.plan.phases:
        yield (
            row.number,
            row.title,
            *(
                _moment(report, at_us)
                for at_us in (
                    row.planned_start_us,
                    row.planned_end_us,
                    row.started_us,
                    row.ended_us,
                )
            ),
            _minutes(row.difference_us),
            *(row.released, row.on_time, row.late, row.override_reason, row.started_seq),
        )


def _spread_columns(of: str) -> list[Column]:
    return [
        (_("%(what)s: số lần") % {"what": of}, 8),
        (_("%(what)s: ngắn nhất (phút)") % {"what": of}, 10),
        (_("%(what)s: trung vị (phút)") % {"what": of}, 10),
        (_("%(what)s: dài nhất (phút)") % {"what": of}, 10),
    ]


def _spread(spread: Spread) -> tuple[Any, ...]:
    ends = (spread.min_us, spread.median_us, spread.max_us)
    return (spread.n, *(_minutes(one) for one in ends))


def _injects(report: Report) -> Iterator[Row]:
    for row in report.injects.rows:
        due_us = row.due_us if row.due_us is not None else row.planned_us
        yield (
            *(row.number, row.title, row.phase_number, row.state_label, row.mandatory, row.added),
            *(_moment(report, due_us), _moment(report, row.released_us), _minutes(row.late_us)),
            *(row.on_time, row.units, row.acknowledged, row.completed, row.overdue),
            *(*_spread(row.acknowledgement), *_spread(row.completion)),
            *(row.corrections, row.resent, row.words, row.seq),
        )


def _units(report: Report) -> Iterator[Row]:
    for row in report.units.rows:
        yield (
            *(row.unit.short, row.taskings, row.acknowledged, row.completed, row.overdue),
            *(row.waived, row.cancelled, row.reworks, row.mandatory, row.mandatory_in_time),
            *(row.peak, _moment(report, row.peak_from_us)),
            *(*_spread(row.opening), *_spread(row.acknowledgement), *_spread(row.completion)),
        )


def _journal(report: Report) -> Iterator[Row]:
    """The entries that the report was made of, read from the database as they are written."""
    zone, calendar = ZoneInfo(report.head.timezone), report.calendar
    entries = JournalEntry.objects.filter(
        exercise__code=report.head.run, seq__lte=report.head.entries
    ).order_by("seq")
    for one in entries.iterator(chunk_size=2000):
        early = bool(one.data.get("before_break"))
        moment = calendar.moment(one.exercise_us, before_break=early)
        yield (
            *(one.seq, _wall(zone, one.wall_us), moment.replace(tzinfo=None, microsecond=0)),
            *(str(one.phase), one.kind, one.actor_name, str(one.role)),
            *(one.unit_code, one.inject_number, json.dumps(one.data, ensure_ascii=False)),
            one.hash,
        )
