"""The report as sections of sentences, tables and paragraphs: what page, DOCX, PDF and HTML show.

A table here is the one beneath a chart on the page, and the one that stands for the chart in a
file. Pure: a ``Report`` in, words out; every number is written as people read it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from exercise.review.facts import Spread
from exercise.review.report.values import (
    CorrectiveAction,
    InjectRow,
    ObservationRow,
    PhaseRow,
    Report,
    Run,
    Strip,
    UnitRow,
)
from exercise.review.report.words import difference, length, number
from exercise.templatetags.drill import unnumbered
from scenarios.calendar import SECOND_US

NOTHING = "–"


class Cell(NamedTuple):
    """One cell.

    Attributes:
        text: what it says; it stands for the moment ``seq``, unless ``moment`` does, at its end.
        strong: stands before ``text`` on a line of its own.
    """

    text: str
    seq: int | None = None
    rating: str = ""
    strong: str = ""
    moment: str = ""

    @property
    def line(self) -> str:
        """``text`` with ``moment``."""
        return " · ".join(filter(None, (self.text, self.moment)))


class Column(NamedTuple):
    """A column: its heading, its share of the width; ``numeric`` ones are set to the right, of
    ``whole`` ones no line is broken.
    """

    label: str
    numeric: bool = False
    weight: int = 2
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table with one row of headings."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One section: what it says first, its tables, its paragraphs."""

    code: str
    title: str
    findings: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    paragraphs: tuple[tuple[Run, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Outline:
    """A whole report. ``warnings`` stand before everything else; ``about`` is under the title."""

    language: str
    warnings: tuple[str, ...]
    title: str
    subtitle: str
    about: tuple[str, ...]
    summary: Part
    figures: Part
    parts: tuple[Part, ...]
    closing: tuple[Part, ...]
    signature: tuple[str, ...]

    @property
    def numbered(self) -> tuple[Part, ...]:
        """The sections that carry a number, in order."""
        return (*self.parts, *self.closing)

    @property
    def notice(self) -> str:
        """What stands on every page: nothing of this was real."""
        with translation.override(self.language):
            return _("DIỄN TẬP – KHÔNG PHẢI TÌNH HUỐNG THẬT")


def outline(report: Report) -> Outline:
    """The report in its own language."""
    with translation.override(report.language):
        chapters = [
            Part(one.chapter, one.title, paragraphs=one.paragraphs)
            for one in report.narrative.chapters
        ]
        return Outline(
            language=report.language,
            warnings=report.warnings,
            title=report.head.title,
            subtitle=_subtitle(report),
            about=_about(report),
            summary=chapters[0],
            figures=_figures(report),
            parts=(
                _plan(report),
                _acknowledgements(report),
                _objectives(report),
                _findings(report),
                _injects(report),
                _units(report),
                _interruptions(report),
            ),
            closing=tuple(part for part in chapters[1:] if part.paragraphs),
            signature=_signature(report),
        )


# ── the head ────────────────────────────────────────────────────────────────────────────────────
def wall(report: Report, wall_us: int | None) -> str:
    """Wall time where the exercise is held, ``12/10/2023 09:15``; empty of none."""
    if wall_us is None:
        return ""
    moment = datetime.fromtimestamp(wall_us / SECOND_US, UTC)
    return f"{moment.astimezone(ZoneInfo(report.head.timezone)):%d/%m/%Y %H:%M}"


def days(report: Report) -> str:
    """``10/10 – 11/10/2023``, or the one day."""
    first, last = report.head.first_day, report.head.last_day
    if first == last:
        return f"{last:%d/%m/%Y}"
    return f"{first:%d/%m} – {last:%d/%m/%Y}"


def _subtitle(report: Report) -> str:
    head = report.head
    units = ngettext("%(count)s đơn vị", "%(count)s đơn vị", len(head.units)) % {
        "count": number(len(head.units))
    }
    phases = ngettext("%(count)s giai đoạn", "%(count)s giai đoạn", head.phase_count) % {
        "count": number(head.phase_count)
    }
    return " · ".join(part for part in (head.organisation, days(report), units, phases) if part)


def _about(report: Report) -> tuple[str, ...]:
    head, narrative = report.head, report.narrative
    said = []
    if head.rehearsal:
        said.append(_("Diễn tập thử."))
    if narrative.signed_head:
        said.append(
            _("Bản %(number)d, đã ký lúc %(when)s.")
            % {"number": narrative.number, "when": wall(report, narrative.signed_wall_us)}
        )
        said.append(
            _("Nhật ký đến mục %(seq)s, mã băm %(hash)s.")
            % {"seq": number(narrative.signed_seq or 0), "hash": narrative.signed_head}
        )
        said.append(_("Mã băm của bản này: %(hash)s.") % {"hash": narrative.content_hash})
    else:
        said.append(
            _("Bản %(number)d, %(state)s.")
            % {"number": narrative.number, "state": narrative.state_label}
            if narrative.number
            else _("Bản nháp, chưa ký.")
        )
        said.append(
            _("Nhật ký đến mục %(seq)s, mã băm %(hash)s.")
            % {"seq": number(head.entries), "hash": head.journal_head or NOTHING}
        )
    said.append(narrative.notice)
    said.append(_("Thời gian là giờ diễn tập, trừ chỗ ghi giờ thực."))
    return tuple(filter(None, said))


def _signature(report: Report) -> tuple[str, ...]:
    narrative = report.narrative
    return tuple(
        _("%(what)s: %(who)s, %(when)s") % {"what": what, "who": who, "when": wall(report, when)}
        for what, who, when in (
            (_("Người viết"), narrative.author, narrative.written_wall_us),
            (_("Người thẩm tra"), narrative.reviewer, narrative.reviewed_wall_us),
            (_("Người ký"), narrative.signer, narrative.signed_wall_us),
        )
        if who
    )


def _figures(report: Report) -> Part:
    key = report.key
    rows = [
        (_("Tin đã phát"), _of(key.released, key.total)),
        (_("Tin bỏ qua"), number(key.skipped)),
        (_("Tin thêm trong diễn tập"), number(key.added)),
        (_("Tin đúng hạn"), _of(key.on_time, key.released)),
        (_("Xác nhận, trung vị"), length(key.acknowledgement.median_us)),
        (_("Hoàn thành, trung vị"), length(key.completion.median_us)),
        (_("Xác nhận chậm nhất"), _slowest(report)),
        (_("Việc bắt buộc xong đúng hạn"), _of(key.mandatory_in_time, key.mandatory)),
        (_("Mục tiêu đạt mức P hoặc S"), _of(key.objectives_met, key.objectives)),
    ]
    return Part(
        "figures",
        _("Số liệu chính"),
        (key.finding,),
        (
            Table(
                _("Số liệu chính"),
                (Column(_("Chỉ số"), weight=3), Column(_("Kết quả"), weight=3)),
                tuple((Cell(name), Cell(value)) for name, value in rows),
            ),
        ),
    )


def _of(part: int, whole: int) -> str:
    return f"{number(part)}/{number(whole)}"


def _slowest(report: Report) -> str:
    slowest = report.key.slowest
    if slowest is None:
        return NOTHING
    return f"{length(slowest.after_us)} · {slowest.unit.short} · {slowest.number}"


# ── 1. plan against actual ──────────────────────────────────────────────────────────────────────
def _plan(report: Report) -> Part:
    columns = (
        Column(pgettext("phase", "GĐ"), weight=1),
        Column(_("Tên giai đoạn"), weight=4),
        Column(_("Kế hoạch"), weight=4, whole=True),
        Column(_("Thực tế"), weight=4, whole=True),
        Column(_("Chênh lệch"), numeric=True),
        Column(_("Tin"), numeric=True, weight=1),
        Column(_("Đúng hạn"), numeric=True),
        Column(_("Trễ"), numeric=True, weight=1),
        Column(_("Qua cổng"), weight=4),
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


# ── 2. acknowledgements ─────────────────────────────────────────────────────────────────────────
def _spread_columns() -> tuple[Column, ...]:
    labels = (_("Số lần"), _("Ngắn nhất"), _("Tứ phân vị 1"), _("Trung vị"))
    labels += (_("Tứ phân vị 3"), _("Dài nhất"))
    return tuple(Column(label, numeric=True) for label in labels)


def _spread(spread: Spread) -> tuple[Cell, ...]:
    lengths = (spread.min_us, spread.q1_us, spread.median_us, spread.q3_us, spread.max_us)
    return (Cell(number(spread.n)), *(Cell(length(one)) for one in lengths))


def _acknowledgements(report: Report) -> Part:
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


# ── 3. objectives ───────────────────────────────────────────────────────────────────────────────
def _objectives(report: Report) -> Part:
    section = report.objectives
    overview = Table(
        section.title,
        (
            Column(_("Mục tiêu"), weight=6),
            Column(_("Mức"), weight=1),
            Column(_("Đơn vị được đánh giá"), weight=8),
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
            Column(_("Mục tiêu")),
            Column(_("Đơn vị"), weight=3, whole=True),
            Column(_("Mức"), weight=1),
            Column(_("Tin"), weight=1),
            Column(_("Nội dung được đánh giá"), weight=5),
            Column(_("Ghi chú"), weight=5),
            Column(_("Người đánh giá"), weight=3),
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


# ── 4. observations and what follows ────────────────────────────────────────────────────────────
def _findings(report: Report) -> Part:
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
        Column(_("Mục tiêu")),
        Column(_("Đơn vị"), weight=3, whole=True),
        Column(_("Mức"), weight=1),
        Column(_("Nhận xét"), weight=8),
        Column(_("Biện pháp"), weight=5),
        Column(_("Phụ trách"), weight=3),
        Column(_("Hạn"), weight=2, whole=True),
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
            moment=report.stamp(row.at_us),
        ),
    )


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


# ── injects, units, interruptions ───────────────────────────────────────────────────────────────
def _injects(report: Report) -> Part:
    section = report.injects
    columns = (
        Column(_("Tin"), weight=1),
        Column(_("Tiêu đề"), weight=7),
        Column(pgettext("phase", "GĐ"), weight=1),
        Column(_("Tình trạng"), weight=2, whole=True),
        Column(_("Giờ định"), weight=2, whole=True),
        Column(_("Giờ phát"), weight=2, whole=True),
        Column(_("Đơn vị"), numeric=True, weight=1),
        Column(_("Xác nhận, trung vị"), numeric=True),
        Column(_("Xong"), numeric=True, weight=1),
        Column(_("Quá hạn"), numeric=True, weight=1),
        Column(_("Kết quả"), weight=2, whole=True),
    )
    rows = tuple(inject_cells(report, row) for row in section.rows)
    return Part(
        "injects", section.title, (section.finding,), (Table(section.title, columns, rows),)
    )


def inject_cells(report: Report, row: InjectRow) -> tuple[Cell, ...]:
    """A row of the table of injects."""
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


def _units(report: Report) -> Part:
    section = report.units
    columns = (
        Column(_("Đơn vị"), weight=4, whole=True),
        Column(_("Việc"), numeric=True, weight=1),
        Column(_("Xong"), numeric=True, weight=1),
        Column(_("Quá hạn"), numeric=True),
        Column(_("Làm lại"), numeric=True),
        Column(_("Bắt buộc xong đúng hạn"), numeric=True, weight=3),
        Column(_("Mở tin, trung vị"), numeric=True, weight=3),
        Column(_("Hoàn thành, trung vị"), numeric=True, weight=3),
        Column(_("Dồn nhất trong 15 phút"), weight=4),
        Column(_("Chuyển trạng thái"), weight=5),
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
        Cell(_of(row.mandatory_in_time, row.mandatory)),
        Cell(length(row.opening.median_us)),
        Cell(length(row.completion.median_us)),
        Cell(peak),
        Cell(", ".join(steps) or NOTHING),
    )


def _interruptions(report: Report) -> Part:
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


def widths(columns: Sequence[Column], whole: int) -> list[int]:
    """``whole`` shared out by the columns' weights; what division leaves over goes to the last."""
    weights = [column.weight for column in columns]
    parts = [whole * weight // sum(weights) for weight in weights]
    parts[-1] += whole - sum(parts)
    return parts


def sentences(of: Outline) -> Iterable[str]:
    """Every sentence that the outline says, to be looked for in a file made of it."""
    yield from of.warnings
    yield from of.about
    for part in (of.summary, of.figures, *of.numbered):
        yield from part.findings
        for paragraph in part.paragraphs:
            yield "".join(run.text for run in paragraph)
