"""The key figures at the top of the report."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from exercise.review.facts import Spread, mandatory_share
from exercise.review.report.material import Material
from exercise.review.report.values import KeyFigures, ObjectiveSection, Slowest
from exercise.review.report.words import length, number, percent, sentence, share


def figures_of(material: Material, objectives: ObjectiveSection) -> KeyFigures:
    """The key figures; objectives are counted from their section, so that both agree."""
    facts, planned = material.facts, material.plan.injects
    injects = list(facts.injects.values())
    released = [one for one in injects if one.released_us is not None]
    states = Counter(one.state for one in injects)
    taskings = list(facts.taskings.values())
    in_time, mandatory = mandatory_share(taskings, planned)
    on_time = sum(one.on_time is True for one in released)
    rated = [row for row in objectives.rows if row.rating]
    found = KeyFigures(
        finding="",
        total=len(injects),
        released=len(released),
        skipped=states["skipped"],
        recalled=states["recalled"],
        added=sum(one.added for one in planned.values()),
        waiting=states["waiting"] + states["held"],
        on_time=on_time,
        on_time_percent=percent(on_time, len(released)),
        taskings=len(taskings),
        acknowledgement=Spread.of(
            one.acknowledged_after_us for one in taskings if one.acknowledged_after_us is not None
        ),
        completion=Spread.of(
            one.completed_after_us for one in taskings if one.completed_after_us is not None
        ),
        slowest=slowest_of(material),
        objectives=len(objectives.rows),
        objectives_rated=len(rated),
        objectives_met=sum(row.rating in ("P", "S") for row in rated),
        mandatory=mandatory,
        mandatory_in_time=in_time,
    )
    return _told(found)


def slowest_of(material: Material) -> Slowest | None:
    """The acknowledgement that took longest; of equals the first journalled."""
    longest, at = -1, None
    for one in material.facts.taskings.values():
        after_us = one.acknowledged_after_us
        if after_us is None or one.acknowledged_seq is None:
            continue
        earlier = at is not None and one.acknowledged_seq < (at.acknowledged_seq or 0)
        if after_us > longest or (after_us == longest and earlier):
            longest, at = after_us, one
    if at is None or at.acknowledged_seq is None:
        return None
    return Slowest(
        unit=material.unit(at.unit),
        number=at.number,
        title=material.title(at.number),
        after_us=longest,
        seq=at.acknowledged_seq,
    )


def _told(key: KeyFigures) -> KeyFigures:
    if not key.released:
        return replace(key, finding=_("Chưa phát tin nào."))
    clauses = [
        ngettext(
            "đã phát %(released)s/%(total)s tin",
            "đã phát %(released)s/%(total)s tin",
            key.total,
        )
        % {"released": number(key.released), "total": number(key.total)},
        _("%(share)s đúng hạn") % {"share": share(key.on_time, key.released)},
    ]
    if key.skipped:
        said = ngettext("bỏ qua %(count)s tin", "bỏ qua %(count)s tin", key.skipped)
        clauses.insert(1, said % {"count": number(key.skipped)})
    if key.acknowledgement.n:
        clauses.append(
            _("thời gian xác nhận trung vị %(median)s theo giờ diễn tập (n = %(n)s)")
            % {"median": length(key.acknowledgement.median_us), "n": number(key.acknowledgement.n)}
        )
    return replace(key, finding=sentence(clauses))
