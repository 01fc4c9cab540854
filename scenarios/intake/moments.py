"""When the injects of a sheet come: each row's time on the drill's calendar. Pure.

A time may hang on the exercise's start, on a phase, on a day written elsewhere in the row or in a
section row, or on another inject, whose own time may stand further down.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from django.utils.translation import gettext as _

from scenarios.calendar import SECOND_US
from scenarios.intake import times
from scenarios.intake.mapping import Field
from scenarios.intake.reading import Value
from scenarios.intake.row_reader import RowReader
from scenarios.intake.target import Target
from scenarios.phases import PLAYED
from scenarios.reading.moments import LAST_DAY

DAY_S = 24 * 3600
FARTHEST_S = LAST_DAY * DAY_S


class Spelling(NamedTuple):
    """A row's time as written, with the day that stands elsewhere."""

    reader: RowReader
    spelled: times.Spelled
    day: times.Spelled | None


class Moments:
    """Reads the times of all rows."""

    def __init__(self, read: Sequence[RowReader], target: Target) -> None:
        self._read, self._target = read, target
        self._zero = target.calendar.zero
        self._by_number = {reader.number: reader for reader in reversed(read)}
        self._ready: deque[Spelling] = deque()
        self._waiting: dict[str, list[Spelling]] = {}

    def read(self) -> None:
        """1. What stands in the cells. 2. What hangs on nothing. 3. What hangs on other rows."""
        for reader in self._read:
            self._spell(reader)
        while self._ready:
            self._resolve(*self._ready.popleft())
        for waiting in self._waiting.values():
            for reader, _spelled, _day in waiting:
                reader.error(
                    Field.TIME,
                    "time_cycle",
                    _("Giờ tính theo một tình huống không có giờ, hoặc theo vòng tròn."),
                    _("Ghi giờ cụ thể cho một tình huống."),
                )
        for reader in self._read:
            self._place(reader)

    # ── cells ───────────────────────────────────────────────────────────────────────────────
    def _spell(self, reader: RowReader) -> None:
        day = self._cell(reader, Field.DATE)
        section = reader.cells.section
        if day is None and section and section.day is not None:
            day = _day_of(section.day)
        spelled = self._cell(reader, Field.TIME)
        if spelled is None:
            if not reader.errors and not reader.cells.text(Field.TIME):
                spelled = self._day_alone(reader, day)
            if spelled is None:
                return
        if isinstance(spelled, times.OfDay) and day is None:
            day = self._day_of_phase(reader, spelled)
        self._ready.append(Spelling(reader, spelled, day))

    def _cell(self, reader: RowReader, field: Field) -> times.Spelled | None:
        """What a cell says; an error is told at once."""
        value = reader.cells.value(field)
        if value is None or reader.cells.text(field) in {"", "-", "–", "—"}:
            return None
        column = reader.cells.column(field)
        # What the planner wrote instead of a cell need not follow the column's habit.
        habit = column.habit if column and not reader.cells.fixed(field) else ""
        try:
            return times.read(value, habit)
        except times.BadTime as error:
            reader.error(field, error.code, error.message, error.hint)
            return None

    def _day_alone(self, reader: RowReader, day: times.Spelled | None) -> times.Spelled | None:
        """A row with a day and no time has no moment: it stands by."""
        if reader.trigger is None and reader.cells.column(Field.TIME):
            reader.warning(
                Field.TIME,
                "no_time",
                _("Không có giờ: tình huống dự phòng, đạo diễn phát khi cần."),
                _("Điền giờ nếu muốn phát tự động."),
            )
        return None

    def _day_of_phase(self, reader: RowReader, spelled: times.OfDay) -> times.Spelled | None:
        """The day on which this time of day lies in the row's phase; said, as it is a guess."""
        window = self._target.windows.get(reader.phase)
        if window is None:
            return None
        zero_s = self._since_midnight()
        begin_s, end_s = window[0] // SECOND_US + zero_s, window[1] // SECOND_US + zero_s
        first, last = begin_s // DAY_S, (end_s - 1) // DAY_S
        for day in range(first, last + 1):
            if begin_s <= day * DAY_S + spelled.second < end_s:
                if day:
                    reader.warning(
                        Field.TIME,
                        "day_assumed",
                        _("Không ghi ngày: hiểu là ngày %d, theo giai đoạn.") % (day + 1),
                        _("Ghi N%d trước giờ để chắc chắn.") % (day + 1),
                    )
                return times.OnDay(day + 1, None)
        return None

    def _since_midnight(self) -> int:
        return self._zero.hour * 3600 + self._zero.minute * 60 + self._zero.second

    # ── moments ─────────────────────────────────────────────────────────────────────────────
    def _resolve(
        self, reader: RowReader, spelled: times.Spelled, day: times.Spelled | None
    ) -> None:
        if isinstance(spelled, times.Offset) and spelled.base == "inject":
            base_s = self._of_inject(reader, spelled)
            if base_s is None:
                self._waiting.setdefault(spelled.inject, []).append(Spelling(reader, spelled, day))
                return
            spelled = times.Offset(spelled.seconds + base_s, "start")
        named = spelled.phase if isinstance(spelled, times.Offset) else ""
        phase = self._target.phase(named) or reader.phase or PLAYED[0].value
        try:
            offset_s = times.resolve(
                spelled,
                zero=self._zero,
                phase_start_s=self._target.starts_s(phase),
                day=day,
            )
        except times.BadTime as error:
            reader.error(Field.TIME, error.code, error.message, error.hint)
            return
        if abs(offset_s) > FARTHEST_S:
            reader.error(
                Field.TIME,
                "absurd_time",
                _("Giờ cách lúc bắt đầu diễn tập hơn %d ngày.") % (FARTHEST_S // DAY_S),
                _("Kiểm tra ngày, tháng, năm."),
            )
            return
        reader.planned_us = offset_s * SECOND_US
        if self._by_number.get(reader.number) is reader:
            self._ready.extend(self._waiting.pop(reader.number, ()))

    def _of_inject(self, reader: RowReader, spelled: times.Offset) -> int | None:
        """Seconds of another inject, of the sheet or the scenario; ``None`` if not known yet."""
        other = self._by_number.get(spelled.inject)
        if other is not None:
            us = other.planned_us if other is not reader else None
        else:
            known = self._target.entries.get(spelled.inject)
            us = known.planned_us if known else None
        return None if us is None else us // SECOND_US

    def _place(self, reader: RowReader) -> None:
        """The phase of what has none, and whether time and phase agree."""
        at_us = reader.planned_us
        if not reader.phase:
            reader.phase = (
                PLAYED[0].value if at_us is None else self._target.phase_at(at_us // SECOND_US)
            )
        window = self._target.windows.get(reader.phase)
        if at_us is None or window is None:
            return
        if at_us < 0:
            reader.warning(
                Field.TIME,
                "before_start",
                _("Trước giờ bắt đầu diễn tập, vẫn nhập được."),
                _("Sửa giờ trước khi duyệt kịch bản."),
            )
        elif not window[0] <= at_us < window[1]:
            reader.warning(
                Field.TIME,
                "outside_phase",
                _("Ngoài khung giai đoạn (%(begin)s – %(end)s), vẫn nhập được.")
                % {"begin": self._label(window[0]), "end": self._label(window[1])},
                _("Sửa giờ hoặc giai đoạn trước khi duyệt kịch bản."),
            )
        elif any(s.from_us <= at_us < s.to_us for s in self._target.calendar.stand_downs):
            reader.warning(
                Field.TIME,
                "in_stand_down",
                _("Trong giờ tạm nghỉ, vẫn nhập được."),
                _("Chọn giờ trước hoặc sau khi nghỉ."),
            )

    def _label(self, at_us: int) -> str:
        seconds = at_us // SECOND_US + self._since_midnight()
        day, second = divmod(seconds, DAY_S)
        return f"N{day + 1} {second // 3600:02d}:{second // 60 % 60:02d}"


def _day_of(value: Value) -> times.Spelled | None:
    """The day that a section row names; one that names none says nothing about its rows."""
    try:
        return times.read(value)
    except times.BadTime:
        return None
