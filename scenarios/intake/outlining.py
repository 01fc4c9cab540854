"""A scenario made of nothing but the file: its units, phases and start as the rows show them. Pure.

What had to be assumed is said in remarks: the planner corrects it in the scenario itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext as _

from scenarios.calendar import HOUR_US, SECOND_US
from scenarios.intake import columns, times, words
from scenarios.intake.cells import Cells
from scenarios.intake.mapping import Field
from scenarios.intake.mapping import Mapping as Columns
from scenarios.intake.reading import Outline, Reading, Remark, Sheet
from scenarios.intake.rows import Row, check
from scenarios.intake.target import Target
from scenarios.phases import PLAYED
from scenarios.reading import document as doc
from units.text import Text, plain

DEFAULT_ZONE = "Asia/Ho_Chi_Minh"
MORNING = timedelta(hours=7)
WIDE_US = 500 * 24 * HOUR_US
LONGEST_CODE = 20
MOST_MADE = 300
"""Units, objectives and problems of each kind; a file with more holds something else there."""
_UNITS = re.compile(r"[\n;|,/]")
_OBJECTIVES = re.compile(r"[\n;|,]")
_OBJECTIVE_CODE = re.compile(r"[\w.\-]{1,12}")


class Outlined(NamedTuple):
    """A scenario without injects, and what was assumed to make it."""

    document: doc.Document
    phase_words: Mapping[str, str]
    """Plain words of the file → played phase."""
    remarks: tuple[Remark, ...]

    def target(self) -> Target:
        """To check the rows against."""
        return Target(self.document, self.phase_words)


def outline(
    reading: Reading,
    sheet: Sheet,
    mapping: Columns,
    *,
    code: str,
    today: date,
    starts: datetime | None = None,
    installed: Sequence[doc.Unit] = (),
) -> Outlined:
    """Make the frame that the rows of ``sheet`` need.

    Args:
        code: of the new scenario.
        today: where no date is known, the exercise starts the day after.
        starts: local time at which the exercise starts, if the planner says so.
        installed: units the installation knows: a name of theirs keeps their code.
    """
    sections = columns.sections(sheet, mapping)
    cells = [
        Cells(row, values, mapping, sections.get(row), {})
        for row, values in columns.data_rows(sheet, mapping)
    ]
    remarks: list[Remark] = []
    told = reading.outline
    zone = _zone(told.timezone)
    zero = _start(cells, told, zone, starts, today, remarks)
    phase_words, names = _phases(cells, told, remarks)
    document = doc.Document(
        code=code,
        title=Text(told.title or sheet.name or code),
        summary=Text(told.summary),
        timezone=zone.key,
        starts_at=zero,
        stand_downs=(),
        phases=_windows((), told, names, zero),
        units=_units(cells, told, installed),
        people=(),
        objectives=_objectives(cells, told),
        problems=(),
        msel=(),
        draft=True,
    )
    rows = check(sheet, mapping, Target(document, phase_words)).rows
    phases = _windows(rows, told, names, zero)
    if _overlap(rows):
        remarks.append(
            Remark(
                "phases_overlap",
                _("Giờ của các giai đoạn trong tệp chồng lên nhau; khung giai đoạn đặt tạm."),
                _("Sửa khung giai đoạn trong kịch bản."),
            )
        )
    document = replace(document, phases=phases, problems=_problems(cells, rows))
    return Outlined(document, phase_words, tuple(remarks))


# ── when ────────────────────────────────────────────────────────────────────────────────────────
def _zone(key: str) -> ZoneInfo:
    try:
        return ZoneInfo(key or DEFAULT_ZONE)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo(DEFAULT_ZONE)


def _start(
    cells: Sequence[Cells],
    told: Outline,
    zone: ZoneInfo,
    starts: datetime | None,
    today: date,
    remarks: list[Remark],
) -> datetime:
    """The exercise's start: as given, as the file tells, else its earliest moment."""
    for known in (starts, told.starts_at):
        if known is not None:
            local = known.astimezone(zone) if known.tzinfo else known.replace(tzinfo=zone)
            return local.replace(microsecond=0)
    morning = datetime.combine(today + timedelta(days=1), datetime.min.time()) + MORNING
    moments: list[datetime] = []
    of_day: list[int] = []
    for one in cells:
        day, spelled = _spelled(one, Field.DATE), _spelled(one, Field.TIME)
        if isinstance(spelled, times.OnDate) and not spelled.dated_only:
            moments.append(_local(spelled.moment, zone))
        elif isinstance(day, times.OnDate) and isinstance(spelled, times.OfDay):
            midnight = datetime.combine(_local(day.moment, zone).date(), datetime.min.time())
            moments.append(midnight + timedelta(seconds=spelled.second))
        elif isinstance(spelled, times.OfDay) and isinstance(day, times.OnDay | None):
            of_day += [spelled.second] if day is None or day.day == 1 else []
        elif isinstance(spelled, times.OnDay) and spelled.day == 1 and spelled.second is not None:
            of_day.append(spelled.second)
    if moments:
        found = min(moments)
        remarks.append(
            Remark(
                "start_assumed",
                _("Lấy giờ sớm nhất trong tệp làm giờ bắt đầu: %s.") % f"{found:%d/%m/%Y %H:%M}",
                _("Sửa giờ bắt đầu trong kịch bản nếu khác."),
            )
        )
        return found.replace(tzinfo=zone)
    if of_day:
        morning = datetime.combine(morning.date(), datetime.min.time()) + timedelta(
            seconds=min(of_day)
        )
    remarks.append(
        Remark(
            "date_assumed",
            _("Tệp không ghi ngày bắt đầu; đặt tạm %s.") % f"{morning:%d/%m/%Y %H:%M}",
            _("Sửa giờ bắt đầu trong kịch bản."),
        )
    )
    return morning.replace(tzinfo=zone)


def _spelled(cells: Cells, field: Field) -> times.Spelled | None:
    column, value = cells.column(field), cells.value(field)
    if field == Field.DATE and value is None and cells.section:
        value = cells.section.day
    if value is None:
        return None
    try:
        return times.read(value, column.habit if column else "")
    except times.BadTime:
        return None


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None) if moment.tzinfo else moment


# ── phases ──────────────────────────────────────────────────────────────────────────────────────
def _phases(
    cells: Sequence[Cells], told: Outline, remarks: list[Remark]
) -> tuple[dict[str, str], dict[str, str]]:
    """(plain words → phase, phase → title as the file writes it)."""
    seen: dict[str, str] = {plain(one.name): one.name for one in told.phases if plain(one.name)}
    for one in cells:
        said = one.text(Field.PHASE) or (one.section.phase if one.section else "")
        if plain(said):
            seen.setdefault(plain(said), said)
    known = {said: words.phase(said, {}) for said in seen}
    if all(known.values()) and len(set(known.values())) == len(known):
        found = {said: phase.value for said, phase in known.items() if phase}
    else:
        found = {said: PLAYED[min(place, len(PLAYED) - 1)].value for place, said in enumerate(seen)}
    if len(seen) > len(PLAYED):
        remarks.append(
            Remark(
                "more_phases",
                _("Tệp có %(count)d giai đoạn, diễn tập có ba: phần còn lại vào giai đoạn 3.")
                % {"count": len(seen)},
                _("Chuyển tình huống sang giai đoạn khác trong kịch bản nếu cần."),
            )
        )
    if not seen:
        remarks.append(
            Remark(
                "no_phases",
                _("Tệp không ghi giai đoạn: mọi tình huống vào giai đoạn 1."),
                _("Chia giai đoạn trong kịch bản."),
            )
        )
    names: dict[str, str] = {}
    for said, phase in found.items():
        names.setdefault(phase, seen[said])
    return found, names


def _spans(rows: Sequence[Row]) -> dict[str, tuple[int, int]]:
    """(first, last) planned seconds by phase."""
    spans: dict[str, tuple[int, int]] = {}
    for row in rows:
        if row.entry is not None and row.offset_s is not None and row.offset_s >= 0:
            first, last = spans.get(row.entry.phase, (row.offset_s, row.offset_s))
            spans[row.entry.phase] = (min(first, row.offset_s), max(last, row.offset_s))
    return spans


def _overlap(rows: Sequence[Row]) -> bool:
    spans = _spans(rows)
    mine = [spans[phase] for phase in PLAYED if phase in spans]
    return any(before[1] >= after[0] for before, after in pairwise(mine))


def _windows(
    rows: Sequence[Row], told: Outline, names: Mapping[str, str], zero: datetime
) -> tuple[doc.PhasePlan, ...]:
    """Each phase from its first inject to the next phase's; an hour where nothing is known."""
    spans = {} if _overlap(rows) else _spans(rows)
    last_us = max((row.offset_s or 0 for row in rows), default=0) * SECOND_US
    end_us = max(last_us + HOUR_US, (told.duration_s or 0) * SECOND_US) if rows else WIDE_US
    told_s = [one.starts_s for one in told.phases[: len(PLAYED)]]
    plans: list[doc.PhasePlan] = []
    begin_us = 0
    for place, phase in enumerate(PLAYED):
        later = [spans[one][0] for one in PLAYED[place + 1 :] if one in spans]
        next_told = told_s[place + 1] if place + 1 < len(told_s) else None
        if later and (phase in spans or place == 0):
            until_us = later[0] * SECOND_US
        elif next_told is not None and next_told * SECOND_US > begin_us:
            until_us = next_told * SECOND_US
        elif phase in spans or (place == 0 and not spans):
            until_us = end_us
        else:
            until_us = begin_us + HOUR_US
        until_us = max(until_us, begin_us + SECOND_US)
        title = names.get(phase) or str(_("Giai đoạn %d")) % (place + 1)
        plans.append(doc.PhasePlan(phase.value, Text(title), begin_us, until_us, ()))
        begin_us = until_us
    return tuple(plans)


# ── who and what for ────────────────────────────────────────────────────────────────────────────
def _units(
    cells: Sequence[Cells], told: Outline, installed: Sequence[doc.Unit]
) -> tuple[doc.Unit, ...]:
    known = {plain(side): unit for unit in installed for side in _sides(unit)}
    taken = {unit.code for unit in installed} | {"ALL"}
    found: dict[str, doc.Unit] = {}
    names = [*told.units, *_named(cells)] or [str(_("Khung tập"))]
    for name in names:
        if len(found) == MOST_MADE:
            break
        said = plain(name)
        if not said or said in found or words.everybody(name):
            continue
        unit = known.get(said)
        if unit is None:
            code = _code(name, taken)
            taken.add(code)
            short = Text() if len(name) <= 24 else Text(code)
            unit = doc.Unit(code, Text(name[:150]), short, None, participates=True)
        found[said] = replace(unit, parent=None, participates=True)
    return tuple({unit.code: unit for unit in found.values()}.values())


def _named(cells: Sequence[Cells]) -> Iterator[str]:
    for one in cells:
        yield from _parts(_UNITS, one.text(Field.TO))


def _parts(marks: re.Pattern[str], cell: str) -> Iterator[str]:
    return (part for one in marks.split(cell) if (part := one.strip()))


def _sides(unit: doc.Unit) -> tuple[str, ...]:
    sides = (unit.code, unit.name.vi, unit.name.en, unit.short.vi, unit.short.en)
    return tuple(side for side in sides if side)


def _code(name: str, taken: set[str]) -> str:
    """Initials, or the word itself if it is one short word; numbered when taken."""
    parts = plain(name).split()
    base = parts[0] if len(parts) == 1 else "".join(part[0] for part in parts)
    base = base.upper()[:12] or "DV"
    code, number = base, 2
    while code in taken:
        code, number = f"{base}{number}", number + 1
    return code


def _objectives(cells: Sequence[Cells], told: Outline) -> tuple[doc.Objective, ...]:
    found: dict[str, doc.Objective] = {}
    said = [*told.objectives]
    for one in cells:
        said += [("", part) for part in _parts(_OBJECTIVES, one.text(Field.OBJECTIVES))]
    for code, title in said:
        if len(found) == MOST_MADE:
            break
        key = plain(title) or plain(code)
        if not key or key in found or plain(code) in found:
            continue
        fits = _OBJECTIVE_CODE.fullmatch(title) is not None
        code = code[:LONGEST_CODE] or (title if fits else f"MT{len(found) + 1}")
        found[key] = doc.Objective(code, Text(title or code), Text())
    return tuple({one.code: one for one in found.values()}.values())


def _problems(cells: Sequence[Cells], rows: Sequence[Row]) -> tuple[doc.TrainingProblem, ...]:
    phases = {row.row: row.entry.phase for row in rows if row.entry is not None}
    found: dict[str, doc.TrainingProblem] = {}
    for one in cells:
        if len(found) == MOST_MADE:
            break
        title = one.text(Field.PROBLEM)
        if plain(title) and plain(title) not in found and one.row in phases:
            code = title if len(title) <= 6 else str(len(found) + 1)
            found[plain(title)] = doc.TrainingProblem(code, phases[one.row], Text(title))
    return tuple({one.code: one for one in found.values()}.values())
