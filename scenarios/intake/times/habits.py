"""The habits of writing times that a column can be read in, as they are shown to the planner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Habit:
    """One way to read what could be read in several.

    A habit decides only where a text is open: a plain number, ``05/06/2024``, ``1:30``. What can
    only mean one thing, such as ``N1 07:30``, is read the same in every habit.

    Attributes:
        label: how the column is read, for the planner.
        example: a text of this habit.
    """

    key: str
    label: Promise
    example: str


HABITS: Final[dict[str, Habit]] = {
    habit.key: habit
    for habit in (
        Habit("day_time", _("đọc theo ngày diễn tập và giờ"), "N1 07:30"),
        Habit("hm", _("đọc theo giờ trong ngày"), "07:30"),
        Habit("dmy", _("đọc theo ngày/tháng/năm"), "26/06/2024 09h05"),
        Habit("mdy", _("đọc theo tháng/ngày/năm"), "06/26/2024 9:05 AM"),
        Habit("ymd", _("đọc theo năm/tháng/ngày"), "2024/06/26 09:05"),
        Habit("iso", _("đọc theo chuẩn ISO"), "2024-06-26T09:05:00+07:00"),
        Habit("excel", _("đọc theo ô ngày giờ của bảng tính"), "26/06/2024 09:05"),
        Habit("serial", _("đọc theo số ngày của bảng tính"), "45469.378"),
        Habit("offset", _("đọc theo khoảng cách tới một mốc"), "H+2:30"),
        Habit("span", _("đọc theo khoảng thời gian"), "1h30m"),
        Habit("minutes", _("đọc theo số phút"), "90"),
        Habit("hours", _("đọc theo số giờ"), "1.5"),
        Habit("seconds", _("đọc theo số giây"), "5400"),
    )
}

UNITS: Final = {"seconds": 1, "minutes": 60, "hours": 3600}
"""Seconds that a plain number counts, where the habit says so."""

ELAPSED: Final = frozenset({*UNITS, "span", "offset"})
"""Habits in which ``1:30`` is an hour and a half since the start, not half past one."""
