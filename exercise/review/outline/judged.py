"""What evaluators found, and what is to be done about it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from exercise.review.outline.values import NOTHING, Cell, Column, Part, Table
from exercise.review.report.values import CorrectiveAction, ObservationRow, Report


def objectives_of(report: Report) -> Part:
    """3. Objectives, and every judgement of them."""
    section = report.objectives
    overview = Table(
        section.title,
        (
            Column(_("Mục tiêu"), weight=10),
            Column(_("Mức"), weight=2),
            Column(_("Đơn vị được đánh giá"), weight=14),
        ),
        tuple(
            (
                Cell(f"{row.code} {row.title}"),
                Cell(row.rating or NOTHING, rating=row.rating),
                Cell(
                    ", ".join(
                        f"{cell.unit.short}: {cell.rating}" for cell in row.cells if cell.rating
                    )
                    or NOTHING
                ),
            )
            for row in section.rows
        ),
    )
    judgements = Table(
        _("Từng lượt đánh giá"),
        (
            Column(_("Mục tiêu"), weight=4),
            Column(_("Đơn vị"), whole=True, weight=5),
            Column(_("Mức"), weight=3),
            Column(_("Tin"), weight=3),
            Column(_("Nội dung được đánh giá"), weight=8),
            Column(_("Ghi chú"), weight=8),
            Column(_("Người đánh giá"), weight=6),
        ),
        tuple(
            (
                Cell(row.code),
                Cell(cell.unit.short),
                Cell(one.rating, rating=one.rating, seq=one.seq),
                Cell(one.number or NOTHING),
                Cell(one.action or (_("cả mục tiêu") if one.of == "objective" else NOTHING)),
                Cell(one.note or NOTHING),
                Cell(one.evaluator),
            )
            for row in section.rows
            for cell in row.cells
            for one in cell.judgements
        ),
    )
    tables = (overview, judgements) if judgements.rows else (overview,)
    legend = "; ".join(f"{letter}: {label}" for letter, label in section.legend) + "."
    return Part("objectives", section.title, (section.finding, legend), tables)


def findings_of(report: Report) -> Part:
    """Each observation beside what is to be done about it; actions of no observation at the end."""
    answers: dict[int, list[CorrectiveAction]] = {}
    others: list[CorrectiveAction] = []
    seen = {row.seq for row in report.observations.rows}
    for action in report.improvement.rows:
        if action.observation_seq in seen and action.observation_seq is not None:
            answers.setdefault(action.observation_seq, []).append(action)
        else:
            others.append(action)
    rows: list[tuple[Cell, ...]] = []
    for row in report.observations.rows:
        found = answers.get(row.seq, [])
        rows.append((*_observed(report, row), *_measured(found[0] if found else None)))
        rows += [(*_repeated(row), *_measured(action)) for action in found[1:]]
    rows += [(*_unobserved(action), *_measured(action)) for action in others]
    columns = (
        Column(_("Mục tiêu"), weight=4),
        Column(_("Đơn vị"), whole=True, weight=5),
        Column(_("Mức"), weight=3),
        Column(_("Nhận xét"), weight=12),
        Column(_("Biện pháp"), weight=8),
        Column(_("Phụ trách"), weight=5),
        Column(_("Hạn"), whole=True, weight=5),
    )
    title = _("Nhận xét và khắc phục")
    return Part(
        "findings",
        title,
        (report.observations.finding, report.improvement.finding),
        (Table(title, columns, tuple(rows)),) if rows else (),
    )


def _observed(report: Report, row: ObservationRow) -> tuple[Cell, ...]:
    where = [row.what_label, f"{row.number} {row.inject_title}".strip(), row.place]
    where.append(row.evaluator)
    return (
        Cell(", ".join(row.objectives) or NOTHING),
        Cell(row.unit.short if row.unit else NOTHING),
        Cell(row.rating or NOTHING, rating=row.rating),
        Cell(
            " · ".join(filter(None, where)),
            row.seq,
            strong=row.text,
            moment=_noted(report, row),
        ),
    )


def _noted(report: Report, row: ObservationRow) -> str:
    if row.arrived_us is None:
        return report.stamp(row.at_us)
    return _("ghi lúc %(noted)s, tới lúc %(arrived)s") % {
        "noted": report.stamp(row.at_us),
        "arrived": report.stamp(row.arrived_us),
    }


def _repeated(row: ObservationRow) -> tuple[Cell, ...]:
    return (Cell(""), Cell(row.unit.short if row.unit else NOTHING), Cell(""), Cell("″"))


def _unobserved(action: CorrectiveAction) -> tuple[Cell, ...]:
    return (
        Cell(action.objective or NOTHING),
        Cell(action.unit.short if action.unit else NOTHING),
        Cell(NOTHING),
        Cell(action.number, action.observation_seq, strong=action.finding),
    )


def _measured(action: CorrectiveAction | None) -> tuple[Cell, ...]:
    if action is None:
        return (Cell(NOTHING), Cell(NOTHING), Cell(NOTHING))
    return (
        Cell(f"{action.label} · {action.state_label}", strong=action.measure),
        Cell(" · ".join(filter(None, (action.owner.short, action.responsible)))),
        Cell(f"{action.due:%d/%m/%Y}"),
    )
