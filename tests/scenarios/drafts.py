"""A small scenario that no check finds fault with, and ways to change one thing about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from scenarios.calendar import MINUTE_US
from scenarios.reading.document import (
    Condition,
    Document,
    Entry,
    Objective,
    Person,
    PhasePlan,
    StandDown,
    TrainingProblem,
    Trigger,
    Unit,
)
from units.text import Text

Change = Callable[[Document], Document]


def both(words: str) -> Text:
    return Text(words, f"{words} (en)")


def at(hour: int, minute: int = 0) -> int:
    """Calendar µs of ``hour:minute`` after the start."""
    return (hour * 60 + minute) * MINUTE_US


def inject(number: str, planned_us: int | None, **changes: Any) -> Entry:
    """An inject to both units with nothing to find fault with."""
    phase = {"1": "transition", "2": "preparation", "3": "execution"}[number[0]]
    entry = Entry(
        number=number,
        phase=phase,
        planned_us=planned_us,
        problem=None,
        sender=both("Ban tổ chức"),
        addressees=("BGD", "VP"),
        method="document",
        title=both(f"Việc {number}"),
        content=both(f"Nội dung {number}"),
        expected_actions=(both("Báo cáo"),),
        objectives=("MT1", "MT2"),
        acknowledge_within_s=300,
        complete_within_s=1200,
        mandatory=True,
        reply="text",
        release="auto",
        trigger=None,
    )
    return replace(entry, **changes)


SOUND = Document(
    code="sound",
    title=both("Diễn tập"),
    summary=both("Tóm tắt"),
    timezone="Asia/Ho_Chi_Minh",
    starts_at=datetime(2023, 10, 10, 7, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh")),
    stand_downs=(StandDown(both("Nghỉ"), at(1), at(1, 30)),),
    phases=(
        PhasePlan(
            "transition", both("Một"), at(0), at(2), (Condition("K", both("Xong"), ("1.1",)),)
        ),
        PhasePlan("preparation", both("Hai"), at(2), at(3), ()),
        PhasePlan("execution", both("Ba"), at(3), at(4), ()),
    ),
    units=(
        Unit("BGD", both("Ban Giám đốc"), Text(), None, True),
        Unit("VP", both("Văn phòng"), Text(), "BGD", True),
        Unit("UB", both("Ủy ban"), Text(), None, False),
    ),
    people=(
        Person("dao", "Đạo diễn", "director", None),
        Person("giamdoc", "Giám đốc", "lead", "BGD"),
        Person("chanh", "Chánh văn phòng", "lead", "VP"),
        Person("danhgia", "Đánh giá", "evaluator", "VP"),
    ),
    objectives=(
        Objective("MT1", both("Chỉ đạo"), Text()),
        Objective("MT2", both("Tham mưu"), Text()),
    ),
    problems=(TrainingProblem("P1", "transition", both("Chuyển trạng thái")),),
    msel=(
        inject("1.1", at(0, 5), problem="P1"),
        inject("1.2", at(0, 30), addressees=("BGD",)),
        inject("1.3", at(1, 30)),
        inject("1.4", None, mandatory=False, trigger=Trigger("1.1", "overdue", 60)),
        inject("2.1", at(2, 5)),
        inject("3.1", at(3, 5)),
        inject("3.2", None, mandatory=False, release="manual"),
    ),
)


def top(**changes: Any) -> Change:
    """Change fields of the document itself."""
    return lambda document: replace(document, **changes)


def part(parts: str, named: str, **changes: Any) -> Change:
    """Change the unit, person, phase … of a code."""
    key = {"people": "username", "phases": "phase"}.get(parts, "code")

    def change(document: Document) -> Document:
        found = getattr(document, parts)
        assert named in [getattr(one, key) for one in found]
        kept = (replace(one, **changes) if getattr(one, key) == named else one for one in found)
        new: dict[str, Any] = {parts: tuple(kept)}
        return replace(document, **new)

    return change


def entry(number: str, **changes: Any) -> Change:
    """Change one inject."""

    def change(document: Document) -> Document:
        assert number in [one.number for one in document.msel]
        msel = tuple(
            replace(one, **changes) if one.number == number else one for one in document.msel
        )
        return replace(document, msel=msel)

    return change


def every(**changes: Any) -> Change:
    """Change all injects alike."""
    return lambda document: replace(
        document, msel=tuple(replace(one, **changes) for one in document.msel)
    )


def added(*injects: Entry) -> Change:
    """Further injects, at their place in the list."""

    def change(document: Document) -> Document:
        msel = sorted((*document.msel, *injects), key=lambda one: one.number)
        return replace(document, msel=tuple(msel))

    return change


def without(*numbers: str) -> Change:
    """Injects left out."""
    return lambda document: replace(
        document, msel=tuple(one for one in document.msel if one.number not in numbers)
    )


def changed(*changes: Change) -> Document:
    """The sound scenario with changes."""
    document = SOUND
    for change in changes:
        document = change(document)
    return document
