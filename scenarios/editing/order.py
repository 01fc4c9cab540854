"""When injects come and what they are called: moving in time, order within a minute, numbers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from django.utils.translation import gettext as _

from scenarios.calendar import MINUTE_US, SECOND_US
from scenarios.editing import cleaning
from scenarios.editing.desk import Desk, edit
from scenarios.editing.entries import entries
from scenarios.editing.numbers import follow
from scenarios.editing.refused import Refused
from scenarios.editing.seen import require_seen
from scenarios.models import EditKind, MselEntry, sort_key
from scenarios.phases import PLAYED
from units.models import User


def move_injects(
    scenario_id: int,
    user: User,
    pks: Sequence[int],
    by_s: int,
    *,
    seen: Mapping[int, int] | None = None,
) -> list[MselEntry]:
    """Move injects by so many seconds of play: a stand-down in between is jumped over. Those that
    stand by stay as they are. One may leave its phase's window: the check tells of it. Answers
    those that moved.

    Args:
        seen: the revisions at which the planner saw them, by key.

    Raises:
        Outdated: one of them is no longer as it was ``seen``.
        Refused: one would come absurdly far from the start.
    """
    with edit(scenario_id, user, EditKind.INJECTS_MOVED) as desk:
        if seen is not None:
            require_seen(desk.scenario, seen)
        length = abs(cleaning.whole(by_s, "by_s"))
        cleaning.seconds(length, "by_s", zero=True)
        calendar = desk.scenario.calendar()
        moves = []
        for entry in entries(desk, pks):
            if entry.planned_us is None:
                continue
            place_us = calendar.place_us(entry.planned_us) + by_s * SECOND_US
            moved_us = calendar.to_calendar_us(place_us) if by_s else entry.planned_us
            moves.append((entry, {"planned_us": cleaning.moment_us(moved_us, "by_s")}))
        moved = desk.change_many(moves)
        desk.say(count=len(moved), by=_signed(by_s))
    return moved


def _signed(length_s: int) -> str:
    """``+1h30m``, ``-45s``."""
    minutes, seconds = divmod(abs(length_s), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "h"), (minutes, "m"), (seconds, "s"))
    words = "".join(f"{count}{unit}" for count, unit in parts if count) or "0m"
    return ("-" if length_s < 0 else "+") + words


def reorder(scenario_id: int, user: User, pk: int, before_pk: int | None) -> list[MselEntry]:
    """Put an inject before another one of the same phase and minute, or (``None``) behind all of
    them: numbers and times of that minute are dealt out anew. Those that stand by count as one
    minute. Answers the injects of the minute in their order.

    Raises:
        Refused: the two are not of the same minute.
    """
    with edit(scenario_id, user, EditKind.INJECT_REORDERED) as desk:
        entry = desk.row(MselEntry, pk=pk)
        desk.say(number=entry.number)
        minute = same_minute(entry)
        order = [one for one in minute if one.pk != pk]
        places = {one.pk: place for place, one in enumerate(order)}
        if before_pk is None:
            order.append(entry)
        elif before_pk in places:
            order.insert(places[before_pk], entry)
        elif before_pk != pk:
            raise Refused(
                "other_minute",
                _("Hai tình huống không cùng giai đoạn, cùng phút."),
                _("Muốn đổi giờ, sửa giờ của tình huống."),
            )
        else:
            order = minute
        numbers = sorted((one.number for one in minute), key=sort_key)
        times = sorted(one.planned_us for one in minute if one.planned_us is not None)
        changes = [(one, _called(number)) for one, number in zip(order, numbers, strict=True)]
        for (_one, values), planned_us in zip(changes, times, strict=False):
            values["planned_us"] = planned_us
        _rename(desk, changes)
    return order


def same_minute(entry: MselEntry) -> list[MselEntry]:
    """The injects among which one can be put in order, with itself, in their order; what stands by
    counts as one minute.
    """
    found = MselEntry.objects.filter(scenario=entry.scenario_id, phase=entry.phase)
    if entry.planned_us is None:
        return list(found.filter(planned_us=None).order_by("sort_key"))
    begin_us = entry.planned_us // MINUTE_US * MINUTE_US
    found = found.filter(planned_us__gte=begin_us, planned_us__lt=begin_us + MINUTE_US)
    return list(found.order_by("planned_us", "sort_key"))


def renumber(
    scenario_id: int,
    user: User,
    pks: Collection[int] = (),
    *,
    seen: Mapping[int, int] | None = None,
) -> list[MselEntry]:
    """Give injects the numbers of ``renumbered``. Gates and conditions follow; answers those whose
    number changed.

    Args:
        seen: the revisions at which the planner saw them, by key; without ``pks`` of all.

    Raises:
        Outdated: one of them is no longer as it was ``seen`` or, without ``pks``, is new.
    """
    with edit(scenario_id, user, EditKind.RENUMBERED) as desk:
        if seen is not None:
            require_seen(desk.scenario, seen, whole=not pks)
        found = renumbered(list(desk.scenario.msel.all()), pks)
        changed = _rename(desk, [(entry, _called(number)) for entry, number in found])
        desk.say(count=len(changed))
    return changed


def renumbered(
    every: Iterable[MselEntry], pks: Collection[int] = ()
) -> list[tuple[MselEntry, str]]:
    """The numbers that injects get by phase and time; those that stand by come last in theirs.

    Args:
        every: the injects of a version.
        pks: of those that are to be put in order: they share out the numbers that they have.
            Without: all of them, ``1.01`` … in the first phase, ``2.01`` …
    """
    found: list[tuple[MselEntry, str]] = []
    every = list(every)
    for place, phase in enumerate(PLAYED, start=1):
        inside = sorted((one for one in every if one.phase == phase), key=_in_time)
        if pks:
            inside = [one for one in inside if one.pk in pks]
            numbers = sorted((one.number for one in inside), key=sort_key)
        else:
            width = max(2, len(str(len(inside))))
            numbers = [f"{place}.{count:0{width}}" for count in range(1, len(inside) + 1)]
        found += zip(inside, numbers, strict=True)
    return found


def _in_time(entry: MselEntry) -> tuple[bool, int, str]:
    return entry.planned_us is None, entry.planned_us or 0, entry.sort_key


def _called(number: str) -> dict[str, object]:
    return {"number": number, "sort_key": sort_key(number)}


def _rename(desk: Desk, changes: Sequence[tuple[MselEntry, dict[str, object]]]) -> list[MselEntry]:
    renamed = {
        entry.number: str(values["number"])
        for entry, values in changes
        if entry.number != values["number"]
    }
    changed = desk.change_many(changes)
    follow(desk, renamed)
    return changed
