"""Title, what the report is about, who signed it, the figures at the top."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from exercise.review.outline.values import NOTHING, Cell, Column, Part, Table, part_of
from exercise.review.report.values import Report
from exercise.review.report.words import length, number
from scenarios.calendar import SECOND_US


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


def subtitle_of(report: Report) -> str:
    """What stands under the title."""
    head = report.head
    units = ngettext("%(count)s đơn vị", "%(count)s đơn vị", len(head.units)) % {
        "count": number(len(head.units))
    }
    phases = ngettext("%(count)s giai đoạn", "%(count)s giai đoạn", head.phase_count) % {
        "count": number(head.phase_count)
    }
    return " · ".join(part for part in (head.organisation, days(report), units, phases) if part)


def about_of(report: Report) -> tuple[str, ...]:
    """Version, journal and its hashes, what the times are."""
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


def signature_of(report: Report) -> tuple[str, ...]:
    """Who wrote, reviewed and signed it, when."""
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


def figures_of(report: Report) -> Part:
    """The figures at the top, as a section without a number."""
    key = report.key
    rows = [
        (_("Tin đã phát"), part_of(key.released, key.total)),
        (_("Tin bỏ qua"), number(key.skipped)),
        (_("Tin thêm trong diễn tập"), number(key.added)),
        (_("Tin đúng hạn"), part_of(key.on_time, key.released)),
        (_("Xác nhận, trung vị"), length(key.acknowledgement.median_us)),
        (_("Hoàn thành, trung vị"), length(key.completion.median_us)),
        (_("Xác nhận chậm nhất"), _slowest(report)),
        (_("Việc bắt buộc xong đúng hạn"), part_of(key.mandatory_in_time, key.mandatory)),
        (_("Mục tiêu đạt mức P hoặc S"), part_of(key.objectives_met, key.objectives)),
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


def _slowest(report: Report) -> str:
    slowest = report.key.slowest
    if slowest is None:
        return NOTHING
    return f"{length(slowest.after_us)} · {slowest.unit.short} · {slowest.number}"
