"""What stopped, moved or paced the clock."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from exercise.review.facts.values import MoveFact, StopFact
from exercise.review.report.material import Material
from exercise.review.report.values import Interruption, InterruptionSection
from exercise.review.report.words import minutes, number, sentence
from exercise.situation.words import pace
from units.text import Text

LABELS = {
    "pause": pgettext_lazy("of the clock", "tạm dừng"),
    "stand_down": gettext_lazy("tạm nghỉ theo kế hoạch"),
    "real_world": gettext_lazy("tình huống thật"),
    "outage": gettext_lazy("hệ thống gián đoạn"),
    "jump": pgettext_lazy("of the clock", "nhảy tới"),
    "pace": gettext_lazy("đổi nhịp"),
    "wall_clock": gettext_lazy("đồng hồ máy chủ lùi"),
}


def interruptions_of(material: Material) -> InterruptionSection:
    """The section, in the order of the journal."""
    rows = [
        *(_stop(one) for one in material.facts.stops),
        *(_move(one) for one in material.facts.moves),
    ]
    return InterruptionSection(
        title=_("Tạm dừng và điều chỉnh đồng hồ"),
        finding=_finding(rows),
        rows=tuple(sorted(rows, key=lambda row: row.seq)),
    )


def _stop(one: StopFact) -> Interruption:
    said = [one.data.get("place"), one.data.get("words")]
    title = one.data.get("title")
    words = [text for text in said if isinstance(text, str)] if one.kind == "real_world" else []
    if one.kind == "stand_down" and isinstance(title, dict):
        words.append(_text(title))
    return Interruption(
        kind=one.kind,
        label=str(LABELS[one.kind]),
        at_us=one.at_us,
        before_break=one.before_break,
        wall_length_us=one.wall_length_us,
        skipped_us=0,
        words=": ".join(words),
        seq=one.seq,
    )


def _text(title: dict[str, object]) -> str:
    try:
        return str(Text.of(title))
    except ValueError:
        return ""


def _move(one: MoveFact) -> Interruption:
    rate = one.data.get("pace_permille")
    return Interruption(
        kind=one.kind,
        label=str(LABELS[one.kind]),
        at_us=one.at_us,
        before_break=False,
        wall_length_us=None,
        skipped_us=one.skipped_us,
        words=pace(rate) if one.kind == "pace" and isinstance(rate, int) else "",
        seq=one.seq,
    )


def _finding(rows: list[Interruption]) -> str:
    stops = [row for row in rows if row.kind in ("pause", "stand_down", "real_world", "outage")]
    unplanned = [row for row in stops if row.kind != "stand_down"]
    clauses = []
    if unplanned:
        stood_us = sum(row.wall_length_us or 0 for row in unplanned)
        said = ngettext(
            "đồng hồ dừng ngoài kế hoạch %(count)s lần, tổng %(length)s theo giờ thực",
            "đồng hồ dừng ngoài kế hoạch %(count)s lần, tổng %(length)s theo giờ thực",
            len(unplanned),
        )
        clauses.append(said % {"count": number(len(unplanned)), "length": minutes(stood_us)})
    else:
        clauses.append(_("đồng hồ không dừng ngoài kế hoạch"))
    real = sum(row.kind == "real_world" for row in rows)
    if real:
        said = ngettext(
            "%(count)s lần vì tình huống thật", "%(count)s lần vì tình huống thật", real
        )
        clauses.append(said % {"count": number(real)})
    jumps = [row for row in rows if row.kind == "jump"]
    if jumps:
        said = ngettext(
            "nhảy tới %(count)s lần, lướt qua %(length)s theo giờ diễn tập",
            "nhảy tới %(count)s lần, lướt qua %(length)s theo giờ diễn tập",
            len(jumps),
        )
        skipped_us = sum(row.skipped_us for row in jumps)
        clauses.append(said % {"count": number(len(jumps)), "length": minutes(skipped_us)})
    return sentence(clauses)
