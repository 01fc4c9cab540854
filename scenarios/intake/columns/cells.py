"""What the cells of a column look like, for headers that say too little and for none at all."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from functools import cached_property
from statistics import median

from scenarios.intake import times
from scenarios.intake.columns.headers import blank
from scenarios.intake.mapping import Field
from scenarios.intake.reading import Value
from units.text import plain

_SAMPLE = 60
_COLUMNS = 60
_NUMBER = re.compile(r"[A-Za-zĐđ]{0,8}[-. ]?[0-9]+(?:[-./][0-9A-Za-z]+)*[.)]?")
_DOTTED = re.compile(r"[A-Za-zĐđ]{0,8}[-. ]?[0-9]+[-.][0-9].*")
_METHODS = frozenset(
    phrase
    for line in (
        "van ban, cong van, dien thoai, email, e mail, thu dien tu, bo dam, truc tiep, fax",
        "dien bao, mang xa hoi, facebook, zalo, sms, tin nhan, vo tuyen dien, hop, website",
        "document, letter, phone, call, radio, in person, face to face, verbal, social media, memo",
    )
    for phrase in line.split(", ")
)
_NUMBER_LENGTH = 24
_LONGEST_ADDRESSEES = 80

Addressed = Callable[[str], bool]
"""Whether a cell names units."""


@dataclass(frozen=True)
class Cells:
    """The cells of one column below the header, as a sample of those that are not blank."""

    place: int
    sample: tuple[Value, ...] = field(repr=False)

    @classmethod
    def of(cls, place: int, values: Sequence[Value]) -> Cells:
        """Sample a column; the sample is its first cells that hold something."""
        found = []
        for value in values:
            if not blank(value):
                found.append(value)
                if len(found) == _SAMPLE:
                    break
        return cls(place, tuple(found))

    @cached_property
    def texts(self) -> tuple[str, ...]:
        return tuple(str(value).strip() for value in self.sample)

    @cached_property
    def length(self) -> float:
        """The length of a usual text."""
        return median(len(text) for text in self.texts) if self.texts else 0

    @cached_property
    def variety(self) -> float:
        """Different texts for each cell, 0–1."""
        return len(set(self.texts)) / len(self.texts) if self.texts else 0

    @cached_property
    def typed(self) -> bool:
        """Whether most are dates, times or durations of a workbook."""
        return self._share(lambda value: isinstance(value, date | time | timedelta)) > 0.5

    @cached_property
    def numbers(self) -> float:
        """The share that looks like the number of an inject."""
        return self._share(
            lambda value: (
                not isinstance(value, bool | date | time | timedelta)
                and len(text := str(value).strip()) <= _NUMBER_LENGTH
                and bool(_NUMBER.fullmatch(text))
            )
        )

    @cached_property
    def dotted(self) -> bool:
        """Whether most are numbers of two parts, such as ``1.05``."""
        return self._share(lambda value: bool(_DOTTED.fullmatch(str(value).strip()[:40]))) > 0.5

    @cached_property
    def counting(self) -> bool:
        """Whether they count 1, 2, 3 … from the top."""
        return self.texts[:3] == ("1", "2", "3")[: len(self.texts)] and self.numbers > 0.9

    @cached_property
    def methods(self) -> float:
        """The share that names a way to send something."""
        return self._share(lambda value: plain(str(value)[:60]) in _METHODS)

    @cached_property
    def may_address(self) -> bool:
        """Whether they are no longer than lists of units are, and no numbers of injects."""
        return self.length <= _LONGEST_ADDRESSEES and not (self.counting or self.dotted)

    def naming(self, addressed: Addressed) -> float:
        """The share that names units; a bare number names none, though a code may look like one."""
        return self._share(
            lambda value: (
                isinstance(value, str)
                and len(value) <= _LONGEST_ADDRESSEES
                and not value.strip().isdigit()
                and addressed(value)
            )
        )

    @cached_property
    def spelled(self) -> tuple[times.Spelled, ...]:
        """What could be read as times, in the habit that reads the most."""
        habit = times.infer(self.sample).habit
        return tuple(one for value in self.sample if (one := _read(value, habit)) is not None)

    @cached_property
    def times(self) -> float:
        """The share that can be read as a time."""
        return len(self.spelled) / len(self.sample) if self.sample else 0

    @cached_property
    def hours(self) -> bool:
        """Whether most of what can be read tells an hour and not only a day."""
        telling = sum(1 for one in self.spelled if not _only_a_day(one))
        return bool(self.spelled) and telling * 2 > len(self.spelled)

    @cached_property
    def moments(self) -> bool:
        """Whether most of what can be read tells a day and an hour."""
        telling = sum(
            1
            for one in self.spelled
            if isinstance(one, times.OnDay | times.OnDate) and not _only_a_day(one)
        )
        return bool(self.spelled) and telling * 2 > len(self.spelled)

    def _share(self, fits: Callable[[Value], bool]) -> float:
        return sum(1 for value in self.sample if fits(value)) / max(len(self.sample), 1)


def _read(value: Value, habit: str) -> times.Spelled | None:
    try:
        return times.read(value, habit)
    except times.BadTime:
        return None


def _only_a_day(spelled: times.Spelled) -> bool:
    if isinstance(spelled, times.OnDay):
        return spelled.second is None
    if isinstance(spelled, times.OnDate):
        midnight = spelled.moment.time() == time()
        return spelled.dated_only or midnight
    return False


def likelihood(meant: Field, cells: Cells) -> float:
    """How far the cells bear out what the header says, 0–1; 1 where there are none."""
    if not cells.sample:
        return 1
    if meant is Field.NUMBER:
        if cells.length > _NUMBER_LENGTH:
            return 0.2
        return 1 if cells.numbers >= 0.3 or cells.length <= 3 else 0.6
    if meant in {Field.TIME, Field.DATE, Field.SIMULATED}:
        return 1 if cells.times >= 0.3 else 0.6
    if meant in {Field.TITLE, Field.CONTENT}:
        return 0.4 if cells.numbers > 0.8 or cells.typed else 1
    if meant in {Field.ACKNOWLEDGE, Field.COMPLETE}:
        return 0.6 if cells.length > 30 else 1
    return 1


def guess_fields(columns: Sequence[Cells], addressed: Addressed) -> dict[int, Field]:
    """Fields by place of a sheet without any header.

    1. A column of ways to send is the method. Of those that name units the last is the addressee
       and one before it the sender: a letter is from somebody to somebody.
    2. The first column of different short numbers is the number, if it counts or has two parts,
       or if another column is left for the time.
    3. The first column of times is the time; one of days beside it the date.
    4. Of the texts the longest is the content and the next the title; alone it is the title.
    5. Where no column names units, the first of few short texts, said again and again, is the
       addressee.
    """
    found: dict[int, Field] = {}
    left = [cells for cells in columns[:_COLUMNS] if cells.sample]

    def take(meant: Field, cells: Cells | None) -> None:
        if cells is not None:
            found[cells.place] = meant
            left.remove(cells)

    take(Field.METHOD, next((one for one in left if one.methods >= 0.6), None))
    named = [one for one in left if one.may_address and one.naming(addressed) >= 0.6]
    for meant, one in zip((Field.TO, Field.SENDER), reversed(named), strict=False):
        take(meant, one)
    numbered = [one for one in left if one.numbers >= 0.9 and one.variety >= 0.9 and not one.typed]
    timed = [one for one in left if one.times >= 0.7 and one.hours]
    sure = [one for one in numbered if one.dotted or one.counting]
    spare = [one for one in numbered if any(other is not one for other in timed)]
    take(Field.NUMBER, next(iter(sure or spare), None))
    take(Field.TIME, next((one for one in left if one in timed), None))
    take(Field.DATE, next((one for one in left if one.times >= 0.7 and not one.hours), None))
    texts = [one for one in left if one.numbers < 0.5 and one.times < 0.5]
    often = [one for one in texts if one.variety <= 0.6 and one.length <= 40 and len(one.texts) > 3]
    long = sorted((one for one in texts if one not in often), key=lambda one: -one.length)
    if len(long) > 1:
        take(Field.CONTENT, long.pop(0))
    take(Field.TITLE, next(iter(long), None))
    if Field.TO not in found.values():
        take(Field.TO, next((one for one in often if one in left), None))
    return found
