"""Time to acknowledge, per unit: the strip plot."""

from __future__ import annotations

from collections import Counter

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from exercise.review.facts import Spread
from exercise.review.facts.values import TaskingFact
from exercise.review.report.axes import minute_ticks
from exercise.review.report.figures import slowest_of
from exercise.review.report.material import Material
from exercise.review.report.values import AcknowledgementSection, Point, Strip
from exercise.review.report.words import length, minutes, number, sentence


def acknowledgements_of(material: Material) -> AcknowledgementSection:
    """The section: a strip for each unit, in the units' order."""
    strips = tuple(_strip(material, code) for code in material.units)
    limit_us = usual_limit_us(material)
    longest = [strip.spread.max_us or 0 for strip in strips]
    ticks = minute_ticks(max([*longest, limit_us or 0]))
    return AcknowledgementSection(
        title=_("Độ trễ xác nhận"),
        finding=_finding(material, strips, limit_us),
        limit_us=limit_us,
        axis_to_us=ticks[-1].at_us,
        ticks=ticks,
        strips=strips,
    )


def usual_limit_us(material: Material) -> int | None:
    """The limit that most released injects had; of equally many the shortest."""
    limits = Counter(
        planned.acknowledge_within_us
        for number_, planned in material.plan.injects.items()
        if material.facts.injects[number_].released_us is not None
        and planned.acknowledge_within_us is not None
    )
    return min(limits, key=lambda limit: (-limits[limit], limit), default=None)


def _strip(material: Material, code: str) -> Strip:
    own = material.by_unit.get(code, [])
    points = tuple(point for one in own if (point := _point(material, one)) is not None)
    return Strip(
        unit=material.units[code],
        points=points,
        spread=Spread.of(point.after_us for point in points),
        unanswered=sum(one.counts and one.acknowledged_after_us is None for one in own),
    )


def _point(material: Material, one: TaskingFact) -> Point | None:
    if one.acknowledged_after_us is None or one.acknowledged_seq is None:
        return None
    return Point(
        number=one.number,
        title=material.title(one.number),
        after_us=one.acknowledged_after_us,
        over=one.acknowledged_late_by_us > 0,
        seq=one.acknowledged_seq,
    )


def _finding(material: Material, strips: tuple[Strip, ...], limit_us: int | None) -> str:
    medians = [strip.spread.median_us for strip in strips if strip.spread.median_us is not None]
    if not medians:
        return _("Chưa đơn vị nào xác nhận tin.")
    if limit_us is None:
        first = ngettext(
            "%(count)s đơn vị xác nhận, trung vị từ %(least)s đến %(most)s theo giờ diễn tập",
            "%(count)s đơn vị xác nhận, trung vị từ %(least)s đến %(most)s theo giờ diễn tập",
            len(medians),
        ) % {
            "count": number(len(medians)),
            "least": length(min(medians)),
            "most": length(max(medians)),
        }
    else:
        within = sum(median <= limit_us for median in medians)
        first = ngettext(
            "%(within)s/%(count)s đơn vị có trung vị trong hạn %(limit)s theo giờ diễn tập",
            "%(within)s/%(count)s đơn vị có trung vị trong hạn %(limit)s theo giờ diễn tập",
            len(medians),
        ) % {
            "within": number(within),
            "count": number(len(medians)),
            "limit": minutes(limit_us),
        }
    slowest = slowest_of(material)
    last = ""
    if slowest is not None:
        last = _("lâu nhất %(length)s: %(unit)s, tin %(number)s") % {
            "length": length(slowest.after_us),
            "unit": slowest.unit.short,
            "number": slowest.number,
        }
    return sentence([first, last, _unanswered(sum(strip.unanswered for strip in strips))])


def _unanswered(count: int) -> str:
    if not count:
        return ""
    return ngettext(
        "%(count)s lượt phát chưa được xác nhận",
        "%(count)s lượt phát chưa được xác nhận",
        count,
    ) % {"count": number(count)}
