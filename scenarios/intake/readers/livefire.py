"""LiveFireTTX: a scenario pack as JSON, and packs much like it.

The list of injects is looked for by what its items hold (a title, and a time or an audience), so
that a pack wrapped in something else is read too. Times are seconds or minutes after the start; an
inject without one, or that is not delivered by itself, is released by the director.

A checkpoint is no inject: what it expects is added to the expected actions of the inject before it,
of the same audience if there is one, and so is its objective.

Not kept: slug, versions, kind of base scenario and difficulty of the pack.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from scenarios.choices import ReleaseMode
from scenarios.intake.mapping import Field
from scenarios.intake.readers import markup
from scenarios.intake.readers.numbering import numbered, seconds
from scenarios.intake.readers.table import Known, Table, dicts, items_of, listed, unknown_format
from scenarios.intake.readers.values import lines, worded
from scenarios.intake.readers.wordings import ALL, channel, everybody
from scenarios.intake.reading import Outline, OutlinePhase, Reading, Remark

_COLUMNS = (
    Known("#", Field.NUMBER),
    Known("scheduled_offset_seconds", Field.TIME, "seconds"),
    Known("from", Field.SENDER),
    Known("audience", Field.TO),
    Known("channel", Field.METHOD),
    Known("title", Field.TITLE),
    Known("description", Field.CONTENT),
    Known("expected_actions", Field.EXPECTED),
    Known("objectives", Field.OBJECTIVES),
    Known("auto_deliver", Field.RELEASE),
)
_IN_SECONDS = ("scheduled_offset_seconds", "offset_seconds", "seconds")
_IN_MINUTES = ("scheduled_offset_minutes", "offset_minutes", "trigger_time_minutes", "minutes")
_TITLES = ("title", "name")
_AUDIENCES = ("audience", "recipients", "recipient", "to", "target_teams", "target")
_WORDINGS = {
    "from": ("from", "sender", "source"),
    "channel": ("channel", "delivery_method", "delivery", "method"),
    "title": _TITLES,
    "description": ("description", "body", "content", "message", "text"),
}
_EXPECTED = ("expected_actions", "expected_action", "expected_responses", "checkpoints")
_OBJECTIVES = ("objectives", "objective", "objective_index")
_DEEPEST = 3
_MOST_NODES = 2_000
_MOST_PHASES = 20


def recognises(data: Any) -> bool:
    """Whether it is such a pack. Tolerant: ask the other formats first."""
    return isinstance(data, dict) and _injects(data) is not None


def read(data: Any) -> Reading:
    """Read parsed JSON.

    Raises:
        Unreadable: ``unknown_format``, what ``items_of`` and ``Table.add`` refuse.
    """
    found = _injects(data) if isinstance(data, dict) else None
    if found is None:
        raise unknown_format()
    name, pack = found
    injects = items_of(pack[name])
    times = [_time(inject) for inject in injects]
    numbers = numbered(times)
    objectives = _objectives(pack)
    checks = _Checkpoints(pack.get("checkpoints"), injects, times)
    table = Table(name, _COLUMNS)
    for place, (inject, number) in enumerate(zip(injects, numbers, strict=True)):
        if isinstance(inject, dict):
            cells, notes = _row(inject, checks.after(place), objectives)
            table.add({"#": number, **cells}, notes)
        else:
            table.add({"#": number, "description": worded(inject)})
    remarks = list(checks.remarks())
    return table.reading("livefire", _outline(pack, injects, objectives), remarks)


def _row(
    inject: dict[str, Any], checkpoints: Sequence[dict[str, Any]], objectives: Sequence[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The cells of an inject but for its number, and its notes."""
    used = {"auto_deliver", *_IN_SECONDS, *_IN_MINUTES}
    cells: dict[str, Any] = {"scheduled_offset_seconds": _time(inject)}
    for header, names in _WORDINGS.items():
        name = next((one for one in names if inject.get(one) not in (None, "")), names[0])
        cells[header] = inject.get(name)
        used.add(name)
    used |= {*_EXPECTED, *_OBJECTIVES, *_AUDIENCES}
    said = worded(cells["channel"])
    kinds = (worded(inject.get(name)) for name in ("artifact_kind", "action_type"))
    cells["channel"] = channel(said, *kinds)
    cells["description"] = markup.words(cells["description"])
    cells["audience"] = _audience(inject)
    expected = [worded_action for name in _EXPECTED for worded_action in _actions(inject.get(name))]
    cells["expected_actions"] = lines([*expected, *map(_action, checkpoints)])
    tested = [inject.get(name) for name in _OBJECTIVES]
    tested += [one.get("objective_index") for one in checkpoints]
    cells["objectives"] = lines(dict.fromkeys(_tested(tested, objectives)))
    cells["auto_deliver"] = _release(inject)
    notes = {name: value for name, value in inject.items() if name not in used}
    if said and not channel(said):
        notes["channel"] = said
    return cells, notes


def _time(inject: Any) -> Any:
    """Seconds after the start; as written where it is no number."""
    if not isinstance(inject, dict):
        return None
    for names, unit in ((_IN_SECONDS, 1), (_IN_MINUTES, 60)):
        for name in names:
            if (told := inject.get(name)) not in (None, ""):
                number = seconds(told)
                return told if number is None else number * unit
    return None


def _release(inject: dict[str, Any]) -> str:
    if _time(inject) is None or inject.get("auto_deliver") is False:
        return ReleaseMode.MANUAL.value
    return ReleaseMode.AUTO.value if inject.get("auto_deliver") is True else ""


def _audience(item: Mapping[str, Any]) -> str:
    told = next((item[name] for name in _AUDIENCES if item.get(name) not in (None, "", [])), "")
    words = worded(told)
    return ALL if everybody(words) else words


def _actions(told: Any) -> Iterator[str]:
    for one in told if isinstance(told, list) else [told]:
        if isinstance(one, dict):
            yield _action(one)
        else:
            yield from worded(one).splitlines()


def _action(checkpoint: dict[str, Any]) -> str:
    """A checkpoint in one line."""
    names = ("title", "expected_action", "description")
    told = [worded(checkpoint.get(name)) for name in names]
    return ": ".join(dict.fromkeys(filter(None, told))) or worded(checkpoint)


def _tested(told: Sequence[Any], objectives: Sequence[str]) -> Iterator[str]:
    """Titles of objectives that are named or counted from 0."""
    for one in told:
        for item in one if isinstance(one, list) else [one]:
            if isinstance(item, int) and not isinstance(item, bool):
                yield objectives[item] if 0 <= item < len(objectives) else str(item)[:20]
            else:
                yield _title(item)


class _Checkpoints:
    """What is checked at times of its own, put with the inject before it."""

    def __init__(self, told: Any, injects: list[Any], times: list[Any]) -> None:
        self._after: dict[int, list[dict[str, Any]]] = defaultdict(list)
        self._alone = 0
        everyone: list[tuple[float, int]] = []
        by_audience: dict[str, list[tuple[float, int]]] = defaultdict(list)
        for place, (inject, time) in enumerate(zip(injects, times, strict=True)):
            if (number := seconds(time)) is not None and isinstance(inject, dict):
                everyone.append((number, place))
                by_audience[_audience(inject)].append((number, place))
        for known in (everyone, *by_audience.values()):
            known.sort()
        for checkpoint in dicts(told):
            at = seconds(_time(checkpoint))
            known = by_audience.get(_audience(checkpoint), [])
            before = bisect_right(known, (at or 0, len(injects))) if known else 0
            if not before:
                known = everyone
                before = bisect_right(known, (at or 0, len(injects)))
            if at is None or not before:
                self._alone += 1
            else:
                self._after[known[before - 1][1]].append(checkpoint)

    def after(self, place: int) -> list[dict[str, Any]]:
        """Those that follow the inject at a place."""
        return self._after.get(place, [])

    def remarks(self) -> Iterator[Remark]:
        if count := sum(map(len, self._after.values())):
            yield Remark(
                "checkpoints",
                _("%(count)d điểm kiểm tra được ghi vào hành động mong đợi của tình huống trước.")
                % {"count": count},
            )
        if self._alone:
            yield Remark(
                "left_out",
                _("%(count)d điểm kiểm tra không có tình huống nào liền trước nên không được nhập.")
                % {"count": self._alone},
                _("Ghi chúng vào hành động mong đợi sau khi nhập."),
            )


def _injects(data: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """The name of the list of injects, and the object it stands in."""
    waiting: list[tuple[dict[str, Any], int]] = [(data, 0)]
    for seen, (one, depth) in enumerate(waiting):
        if seen > _MOST_NODES:
            break
        for name, value in list(one.items())[:_MOST_NODES]:
            if isinstance(value, list) and name != "checkpoints" and _holds_injects(value):
                return name, one
            if isinstance(value, dict) and depth < _DEEPEST and len(waiting) < _MOST_NODES:
                waiting.append((value, depth + 1))
    if "injects" in data and {"base_scenario_type", "schema_version", "slug"} & data.keys():
        return "injects", data
    return None


def _holds_injects(told: list[Any]) -> bool:
    return any(
        any(one.get(name) for name in _TITLES)
        and any(name in one for name in (*_IN_SECONDS[:2], *_IN_MINUTES[:3], "audience"))
        for one in dicts(told[:50])
    )


def _objectives(pack: dict[str, Any]) -> list[str]:
    defaults = pack.get("defaults")
    told = defaults.get("objectives") if isinstance(defaults, dict) else None
    return [_title(one) for one in listed(told or pack.get("objectives"))[:200]]


def _title(told: Any) -> str:
    if isinstance(told, dict):
        told = next((told[name] for name in _TITLES if told.get(name)), told)
    return lines([worded(told)])[:200]


def _outline(pack: dict[str, Any], injects: list[Any], objectives: Sequence[str]) -> Outline:
    defaults = pack.get("defaults")
    minutes = seconds((defaults if isinstance(defaults, dict) else pack).get("duration_minutes"))
    units: dict[str, None] = {}
    stages: dict[str, int | None] = {}
    for inject in dicts(injects):
        if (audience := _audience(inject)) != ALL:
            units.update(dict.fromkeys(audience.splitlines()))
        if stage := _title(inject.get("stage")):
            time = seconds(_time(inject))
            known = stages.setdefault(stage, None)
            if time is not None and time >= 0 and (known is None or time < known):
                stages[stage] = int(time)
    phases = sorted(stages.items(), key=lambda one: (one[1] is None, one[1] or 0))
    return Outline(
        title=_title(pack),
        summary=markup.words(pack.get("description")),
        duration_s=int(minutes * 60) if minutes and 0 < minutes <= 60 * 1_440 else None,
        phases=tuple(OutlinePhase(name, starts) for name, starts in phases[:_MOST_PHASES]),
        units=tuple(units),
        objectives=tuple(("", title) for title in objectives if title),
    )
