"""What the course of the drill shows: phases, acknowledgements, injects, units, interruptions."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from exercise.review.facts import Spread
from exercise.review.outline.values import NOTHING, Cell, Column, Part, Table, part_of
from exercise.review.report.values import InjectRow, PhaseRow, Report, Strip, UnitRow
from exercise.review.report.words import difference, length, number
from exercise.templatetags.drill import unnumbered


def plan_of(report: Report) -> Part:
    """1. Plan against actual."""
    columns = (
        Column(pgettext("phase", "GĐ"), weight=3),
        Column(_("Tên giai đoạn"), weight=9),
        Column(_("Kế hoạch"), whole=True, weight=9),
        Column(_("Thực tế"), whole=True, weight=9),
        Column(_("Chênh lệch"), numeric=True, weight=5),
        Column(_("Tin"), numeric=True, weight=3),
        Column(_("Đúng hạn"), numeric=True, weight=4),
        Column(_("Trễ"), numeric=True, weight=3),
        Column(_("Qua cổng"), weight=7),
    )
    rows = tuple(_phase(report, row) for row in report.plan.phases)
    return Part(
        "plan",
        report.plan.title,
        (report.plan.finding,),
        (Table(report.plan.title, columns, rows),),
    )


def _phase(report: Report, row: PhaseRow) -> tuple[Cell, ...]:
    gate = NOTHING
    if row.override_reason:
        gate = _("theo quyết định: %(reason)s") % {"reason": row.override_reason}
    elif row.ended_us is not None:
        gate = _("đủ điều kiện")
    return (
        Cell(str(row.number)),
        Cell(unnumbered(row.title)),
        Cell(_from_to(report, row.planned_start_us, row.planned_end_us)),
        Cell(_from_to(report, row.started_us, row.ended_us), row.started_seq),
        Cell(difference(row.difference_us) or NOTHING, row.ended_seq),
        Cell(number(row.released)),
        Cell(number(row.on_time)),
        Cell(number(row.late)),
        Cell(gate),
    )


def _from_to(report: Report, from_us: int | None, to_us: int | None) -> str:
    if from_us is None:
        return NOTHING
    until = report.stamp(to_us, before_break=True) or _("đang diễn ra")
    return f"{report.stamp(from_us)} – {until}"


def _spread_columns() -> tuple[Column, ...]:
    labels = [_("Số lần"), _("Ngắn nhất"), _("Tứ phân vị 1"), _("Trung vị")]
    labels += [_("Tứ phân vị 3"), _("Dài nhất")]
    return tuple(Column(label, numeric=True) for label in labels)


def _spread(spread: Spread) -> tuple[Cell, ...]:
    lengths = (spread.min_us, spread.q1_us, spread.median_us, spread.q3_us, spread.max_us)
    return (Cell(number(spread.n)), *(Cell(length(one)) for one in lengths))


def acknowledgements_of(report: Report) -> Part:
    """2. Time to acknowledge."""
    section = report.acknowledgements
    columns = (
        Column(_("Đơn vị"), weight=4, whole=True),
        *_spread_columns(),
        Column(_("Quá hạn"), numeric=True),
        Column(_("Chưa xác nhận"), numeric=True),
    )
    rows = tuple(_strip(strip) for strip in section.strips)
    return Part(
        "acknowledgements",
        section.title,
        (section.finding,),
        (Table(section.title, columns, rows),),
    )


def _strip(strip: Strip) -> tuple[Cell, ...]:
    return (
        Cell(strip.unit.short),
        *_spread(strip.spread),
        Cell(number(sum(point.over for point in strip.points))),
        Cell(number(strip.unanswered)),
    )


def injects_of(report: Report) -> Part:
    """5. Every inject."""
    section = report.injects
    columns = (
        Column(_("Tin"), weight=3),
        Column(_("Tiêu đề"), weight=12),
        Column(pgettext("phase", "GĐ"), weight=3),
        Column(_("Tình trạng"), whole=True, weight=4),
        Column(_("Giờ định"), whole=True, weight=5),
        Column(_("Giờ phát"), whole=True, weight=5),
        Column(_("Đơn vị"), numeric=True, weight=3),
        Column(_("Xác nhận, trung vị"), numeric=True, weight=4),
        Column(_("Xong"), numeric=True, weight=3),
        Column(_("Quá hạn"), numeric=True, weight=3),
        Column(_("Kết quả"), whole=True, weight=4),
    )
    rows = tuple(_inject(report, row) for row in section.rows)
    return Part(
        "injects", section.title, (section.finding,), (Table(section.title, columns, rows),)
    )


def _inject(report: Report, row: InjectRow) -> tuple[Cell, ...]:
    on_time = {True: _("đúng hạn"), False: _("trễ"), None: NOTHING}[row.on_time]
    words = row.words and _("lý do: %(reason)s") % {"reason": row.words}
    return (
        Cell(row.number),
        Cell(words, strong=row.title) if words else Cell(row.title),
        Cell(str(row.phase_number or NOTHING)),
        Cell(row.state_label),
        Cell(report.stamp(row.due_us if row.due_us is not None else row.planned_us) or NOTHING),
        Cell(report.stamp(row.released_us) or NOTHING, row.seq),
        Cell(number(row.units)),
        Cell(length(row.acknowledgement.median_us)),
        Cell(number(row.completed)),
        Cell(number(row.overdue)),
        Cell(on_time),
    )


def units_of(report: Report) -> Part:
    """6. Load, mandatory work and postures."""
    section = report.units
    columns = (
        Column(_("Đơn vị"), whole=True, weight=6),
        Column(_("Việc"), numeric=True, weight=3),
        Column(_("Xong"), numeric=True, weight=3),
        Column(_("Quá hạn"), numeric=True, weight=3),
        Column(_("Làm lại"), numeric=True, weight=3),
        Column(_("Bắt buộc xong đúng hạn"), numeric=True, weight=4),
        Column(_("Mở tin, trung vị"), numeric=True, weight=4),
        Column(_("Hoàn thành, trung vị"), numeric=True, weight=5),
        Column(_("Dồn nhất trong 15 phút"), weight=5),
        Column(_("Chuyển trạng thái"), weight=6),
    )
    rows = tuple(_unit(report, row) for row in section.rows)
    return Part("units", section.title, (section.finding,), (Table(section.title, columns, rows),))


def _unit(report: Report, row: UnitRow) -> tuple[Cell, ...]:
    peak = NOTHING
    if row.peak:
        peak = _("%(count)s việc từ %(when)s") % {
            "count": number(row.peak),
            "when": report.stamp(row.peak_from_us),
        }
    steps = [
        _("GĐ %(phase)d: %(length)s")
        % {"phase": step.phase_number, "length": length(step.confirmed_after_us)}
        for step in row.steps
    ]
    return (
        Cell(row.unit.short),
        Cell(number(row.taskings)),
        Cell(number(row.completed)),
        Cell(number(row.overdue)),
        Cell(number(row.reworks)),
        Cell(part_of(row.mandatory_in_time, row.mandatory)),
        Cell(length(row.opening.median_us)),
        Cell(length(row.completion.median_us)),
        Cell(peak),
        Cell(", ".join(steps) or NOTHING),
    )


def interruptions_of(report: Report) -> Part:
    """7. What stopped or moved the clock."""
    section = report.interruptions
    columns = (
        Column(_("Giờ diễn tập"), weight=2, whole=True),
        Column(_("Việc"), weight=3),
        Column(_("Dừng (giờ thực)"), numeric=True, weight=2),
        Column(_("Bỏ qua"), numeric=True, weight=2),
        Column(_("Lý do, nơi, nhịp"), weight=6),
    )
    rows = tuple(
        (
            Cell(report.stamp(row.at_us, before_break=row.before_break), row.seq),
            Cell(row.label),
            Cell(length(row.wall_length_us)),
            Cell(length(row.skipped_us) if row.skipped_us else NOTHING),
            Cell(row.words or NOTHING),
        )
        for row in section.rows
    )
    return Part(
        "interruptions",
        section.title,
        (section.finding,),
        (Table(section.title, columns, rows),) if rows else (),
    )


def not_as_planned(report: Report, table: Table) -> Table:
    """Of the table of injects the rows of those that were not on time."""
    pairs = zip(report.injects.rows, table.rows, strict=True)
    rows = tuple(cells for row, cells in pairs if row.on_time is not True)
    return Table(table.title, table.columns, rows)
