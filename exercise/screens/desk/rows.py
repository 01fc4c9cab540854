"""The table's rows: injects as planners look over them, a block of a hundred at a time.

All of a scenario's injects are counted and put in order; only those of the blocks that are looked
at are read and drawn. The others are places of the right height, which the page fills when it comes
to them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from exercise.screens.desk.lists import NUMBERS, Lists
from exercise.screens.desk.moments import day_of, length_words, moment_words, time_words
from exercise.screens.desk.narrowing import Slim
from scenarios.choices import Method, ReleaseMode
from scenarios.models import MselEntry, PhasePlan
from units.text import Text

BLOCK = 100
ROW_PX = 34


@dataclass(frozen=True)
class Row:
    """One inject in the table."""

    pk: int
    number: str
    time: str
    units: str
    unit_names: str
    abridged: bool
    """Whether ``units`` names some only of those in ``unit_names``."""
    title: Text
    method: str
    deadline: str
    objectives: str
    objective_titles: str
    glyph: str
    state: str
    lacks: str
    mandatory: bool
    revision: int


@dataclass(frozen=True, slots=True)
class Block:
    """Up to a hundred rows; ``rows`` is ``None`` where they are not drawn yet."""

    number: int
    count: int
    first: int
    rows: list[Row] | None

    @property
    def height(self) -> int:
        """Of the place that is kept for it, px."""
        return self.count * ROW_PX

    @property
    def last(self) -> int:
        """The place of its last row, counted like ``first`` from 0."""
        return self.first + self.count - 1


@dataclass(frozen=True, slots=True)
class Group:
    """The injects of one phase."""

    number: int
    plan: PhasePlan | None
    window: str
    count: int
    blocks: list[Block]


def groups(lists: Lists, injects: list[Slim], drawn: Collection[int]) -> list[Group]:
    """The table: phases, and in them blocks; those whose numbers are ``drawn`` have rows."""
    places: list[tuple[str, int, list[Slim]]] = []
    at = 0
    for phase, found in groupby(injects, key=lambda one: one.phase):
        these = list(found)
        for start in range(0, len(these), BLOCK):
            places.append((phase, at + start, these[start : start + BLOCK]))
        at += len(these)
    asked = [one.pk for number, place in enumerate(places) if number in drawn for one in place[2]]
    read = rows_of(lists, asked)
    made = []
    numbered = list(enumerate(places))
    for phase, blocks in groupby(numbered, key=lambda one: one[1][0]):
        filled = [
            Block(
                number,
                len(these),
                first,
                [read[one.pk] for one in these if one.pk in read] if number in drawn else None,
            )
            for number, (_phase, first, these) in blocks
        ]
        plan = lists.phases.get(phase)
        window = _window(plan, lists) if plan else ""
        count = sum(block.count for block in filled)
        made.append(Group(NUMBERS.get(phase, 0), plan, window, count, filled))
    return made


def first_blocks(injects: list[Slim]) -> set[int]:
    """The numbers of the blocks that show the first hundred."""
    return blocks_of(injects, range(min(BLOCK, len(injects)))) or {0}


def blocks_of(injects: list[Slim], places: Iterable[int]) -> set[int]:
    """The numbers of the blocks in which these places of the list are."""
    wanted = sorted(place for place in places if 0 <= place < len(injects))
    found: set[int] = set()
    number = at = 0
    for _phase, these in groupby(injects, key=lambda one: one.phase):
        count = sum(1 for _one in these)
        found |= {number + (place - at) // BLOCK for place in wanted if at <= place < at + count}
        number += -(-count // BLOCK)
        at += count
    return found


def _window(plan: PhasePlan, lists: Lists) -> str:
    begins, ends = plan.starts_us, plan.ends_us
    same = day_of(begins, lists.zero) == day_of(ends, lists.zero)
    words = time_words if same else moment_words
    return f"{moment_words(begins, lists.zero)} – {words(ends, lists.zero)}"


COLUMNS = (
    *("pk", "number", "phase", "planned_us", "title", "content", "method", "mandatory", "release"),
    *("acknowledge_within_s", "complete_within_s", "revision"),
    *("trigger_entry__number",),
)


def rows_of(lists: Lists, pks: Collection[int]) -> dict[int, Row]:
    """These injects as rows, in three queries."""
    if not pks:
        return {}
    entries = MselEntry.objects.filter(scenario=lists.scenario, pk__in=pks).order_by()
    units = _linked(MselEntry.addressees.through, "unit_id", pks)
    objectives = _linked(MselEntry.objectives.through, "objective_id", pks)
    words = _Words.of(lists)
    return {
        row["pk"]: _row(
            lists, words, row, units.get(row["pk"], set()), objectives.get(row["pk"], set())
        )
        for row in entries.values(*COLUMNS)
    }


class _Words(NamedTuple):
    """What every row says of units and objectives, put into the reader's language once."""

    units: dict[int, str]
    unit_names: dict[int, str]
    objectives: dict[int, str]
    objective_titles: dict[int, str]

    @classmethod
    def of(cls, lists: Lists) -> _Words:
        return cls(
            units={pk: str(one) for pk, one in lists.units.items()},
            unit_names={pk: str(one.name) for pk, one in lists.units.items()},
            objectives={pk: one.code for pk, one in lists.objectives.items()},
            objective_titles={pk: str(one) for pk, one in lists.objectives.items()},
        )


def _said(words: dict[int, str], pks: set[int]) -> list[str]:
    """Those of these keys, in the order of all."""
    return [word for pk, word in words.items() if pk in pks]


def _linked(through: Any, other: str, pks: Collection[int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    pairs = through.objects.filter(mselentry_id__in=pks).order_by()
    for pk, linked in pairs.values_list("mselentry_id", other):
        found.setdefault(pk, set()).add(linked)
    return found


def _row(
    lists: Lists, words: _Words, row: dict[str, Any], units: set[int], objectives: set[int]
) -> Row:
    glyph, state = _release(row)
    everybody = len(units) > 1 and lists.participants <= units
    return Row(
        pk=row["pk"],
        number=row["number"],
        time=_time(row, lists),
        units=_("Tất cả đơn vị") if everybody else _names(_said(words.units, units)),
        unit_names=", ".join(_said(words.unit_names, units)),
        abridged=len(units) > 1 and not everybody,
        title=row["title"],
        method=str(_METHODS.get(row["method"], row["method"])),
        deadline=length_words(row["complete_within_s"] or row["acknowledge_within_s"]),
        objectives=", ".join(_said(words.objectives, objectives)),
        objective_titles=", ".join(_said(words.objective_titles, objectives)),
        glyph=glyph,
        state=state,
        lacks=lacking(row["title"], row["content"]),
        mandatory=row["mandatory"],
        revision=row["revision"],
    )


_METHODS = dict(Method.choices)


def _time(row: dict[str, Any], lists: Lists) -> str:
    """The time of day; with the day, where that is not the day on which the phase begins."""
    at_us = row["planned_us"]
    if at_us is None:
        return "–"
    plan = lists.phases.get(row["phase"])
    first = day_of(plan.starts_us, lists.zero) if plan else 1
    same = day_of(at_us, lists.zero) == first
    return time_words(at_us, lists.zero) if same else moment_words(at_us, lists.zero)


def _names(names: list[str]) -> str:
    if len(names) > 1:
        return f"{names[0]} +{len(names) - 1}"
    return names[0] if names else "–"


def _release(row: dict[str, Any]) -> tuple[str, str]:
    """How it is released: the glyph and the words."""
    if row["trigger_entry__number"]:
        return "link", _("Sau %s") % row["trigger_entry__number"]
    if row["release"] == ReleaseMode.MANUAL or row["planned_us"] is None:
        return "held", _("Thủ công")
    return "plan", _("Theo giờ")


def lacking(*texts: Text) -> str:
    """The language in which something is not said that is said in the other one: ``EN``."""
    for code, other in (("en", "vi"), ("vi", "en")):
        if any(getattr(text, other) and not getattr(text, code) for text in texts):
            return code.upper()
    return ""
