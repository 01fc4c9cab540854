"""What a Vietnamese office expects at the head and foot of a report, for every format on paper.

Nghị định 30/2020/NĐ-CP, Phụ lục I: the national title and motto beside the office and its number,
place and date, the kind of document, its subject; at the end who receives it and who signs. What a
drill does not know (the number, the place) is left open to be filled in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext as _

from exercise.review.report.values import Report, Run
from scenarios.calendar import SECOND_US
from units.text import canonical

MARGINS_MM = {"top": 20, "bottom": 20, "left": 30, "right": 15}
"""Of an A4 page: 20–25, 20–25, 30–35 and 15–20 by the decree."""


@dataclass(frozen=True, slots=True)
class Letter:
    """The parts around the text."""

    office: str
    number: str
    nation: str
    motto: str
    place_and_date: str
    kind: str
    subject: str
    receivers_title: str
    receivers: tuple[str, ...]
    rank: str
    signer: str


def letter(report: Report) -> Letter:
    """The letter of a report, in the report's language."""
    with translation.override(report.language):
        return Letter(
            office=report.head.organisation.upper(),
            number=_("Số: ……/BC-……"),
            nation=_("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
            motto=_("Độc lập - Tự do - Hạnh phúc"),
            place_and_date=_place_and_date(report),
            kind=_("BÁO CÁO"),
            subject=_("Kết quả %(drill)s") % {"drill": report.head.title},
            receivers_title=_("Nơi nhận:"),
            receivers=(_("- Như trên;"), _("- Lưu: VT.")),
            rank=_("TỔNG ĐẠO DIỄN"),
            signer=report.narrative.signer,
        )


def _place_and_date(report: Report) -> str:
    signed_us = report.narrative.signed_wall_us
    if signed_us is None:
        return _("……, ngày … tháng … năm ……")
    moment = datetime.fromtimestamp(signed_us / SECOND_US, UTC)
    day = moment.astimezone(ZoneInfo(report.head.timezone))
    # By the decree days under ten, and the first two months, are written with a nought.
    month = f"{day:%m}" if day.month < 3 else str(day.month)
    return _("……, ngày %(day)s tháng %(month)s năm %(year)s") % {
        "day": f"{day:%d}",
        "month": month,
        "year": str(day.year),
    }


def plain(text: str) -> str:
    """A text without what no document can hold."""
    return canonical(text)


def paragraph(runs: tuple[Run, ...]) -> str:
    """A paragraph on paper: a moment says which entry of the journal it is."""
    return plain(
        "".join(
            run.text
            if run.seq is None
            else _("%(time)s (mục %(seq)d)") % {"time": run.text, "seq": run.seq}
            for run in runs
        )
    )
