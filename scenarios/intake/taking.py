"""From the bytes of a file to injects in the database: what the command and the screens call.

1. ``look`` reads the file and sets it against the scenario; nothing is written.
2. ``take`` writes what ``look`` found good: one edit of a draft, or a new draft.
"""

from __future__ import annotations

from collections.abc import Mapping as Dict
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from scenarios.calendar import SECOND_US
from scenarios.editing import Refused, cleaning
from scenarios.editing.importing import ready_import, without_waiting, write_import
from scenarios.intake import columns, preview, readers, workbook
from scenarios.intake.mapping import Mapping
from scenarios.intake.merging import Merge
from scenarios.intake.preview import Preview
from scenarios.intake.reading import OwnFormat, Reading, Unreadable
from scenarios.intake.rows import Checked, Fixes, Row
from scenarios.models import Scenario
from scenarios.reading import ScenarioProblems, read, store
from scenarios.reading import document as doc
from scenarios.versions.making import CODE_LENGTH
from scenarios.writing import as_csv, document_of
from units.models import Unit, User


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be taken in, and how.

    Attributes:
        code: of the scenario; its newest draft takes the rows.
        new: make the scenario from the file.
        mapping: what the columns mean, as the planner left it; ``remembered``: in earlier files.
        starts: with ``new``, the exercise's start in local time.
    """

    data: bytes
    name: str
    code: str
    today: date
    new: bool = False
    mapping: Mapping | None = None
    remembered: Mapping | None = None
    read_as: Dict[str, str] = field(default_factory=dict)
    fixes: Fixes = field(default_factory=dict)
    starts: datetime | None = None


def look(request: Request) -> Preview:
    """Read the file and check it against the scenario.

    Raises:
        Unreadable: the file cannot be read.
        Refused: no such scenario, none that may be edited, or one already where a new is wanted,
            or a code that nothing can be called.
    """
    scenario = None if request.new else draft_of(request.code)
    if request.new:
        cleaning.slug(request.code, "code", CODE_LENGTH)
        if Scenario.objects.filter(code=request.code).exists():
            raise _taken(request.code)
    reading = _read(request)
    if isinstance(reading, Reading):
        return look_at(reading, request, scenario)
    return (
        _whole(reading, request)
        if scenario is None
        else look_at(_as_table(reading), request, scenario)
    )


def reading_of_file(data: bytes, name: str) -> Reading:
    """Read a file whose rows are to go into a scenario that is there: a whole scenario of our own
    formats is a list of injects like any other.

    Raises:
        Unreadable: the file cannot be read.
    """
    found = _read(Request(data=data, name=name, code="", today=date.min))
    return found if isinstance(found, Reading) else _as_table(found)


def look_at(reading: Reading, request: Request, scenario: Scenario | None) -> Preview:
    """The same for a file that was read already."""
    chosen: dict[str, Any] = {
        "mapping": request.mapping,
        "remembered": request.remembered,
        "read_as": request.read_as,
        "fixes": request.fixes,
    }
    if scenario is not None:
        seen = preview.preview(reading, document_of(scenario), **chosen)
        return replace(seen, into=(scenario.pk, scenario.revision))
    return preview.new(
        reading,
        code=request.code,
        today=request.today,
        starts=request.starts,
        installed=_installed(),
        **chosen,
    )


OWN = "staged-exercise"
"""The format of a reading that was a whole scenario of ours, of which only the injects are left."""


def draft_of(code: str) -> Scenario:
    """The version of a scenario that is being written.

    Raises:
        Refused: ``unknown``, or ``no_draft`` when every version is approved.
    """
    versions = Scenario.objects.filter(code=code).order_by("-version")
    if not versions:
        raise Refused(
            "unknown",
            _("Không có kịch bản mang mã %s.") % code,
            _("Kiểm tra mã, hoặc lập kịch bản mới từ tệp (--new)."),
        )
    for scenario in versions:
        if scenario.is_draft:
            return scenario
    raise Refused(
        "no_draft",
        _("Kịch bản %s đã duyệt, không sửa được nữa.") % code,
        _("Lập phiên bản mới rồi nhập vào đó."),
    )


def take(request: Request, seen: Preview, user: User | None) -> int:
    """Write what can be imported; answers how many rows of the file stand in the scenario now.

    Rows with errors are left out. While a column may be read in two ways, nothing is written.

    Raises:
        Refused: nothing was written.
    """
    if not seen.importable:
        return 0
    if request.new:
        document = replace(
            seen.document, msel=tuple(without_waiting(seen.checked.entries)), draft=True
        )
        with transaction.atomic():
            scenario = store(document)
            if scenario.version != 1:  # somebody else has made one since the file was looked at
                raise _taken(request.code)
            if user is not None:
                Scenario.objects.filter(pk=scenario.pk).update(made_by=user)
    elif seen.merge.after:
        _write(request.name, seen, user)
    return would_take(seen)


def _taken(code: str) -> Refused:
    return Refused(
        "code_taken",
        _("Đã có kịch bản mang mã %s.") % code,
        _("Chọn mã khác, hoặc nhập vào kịch bản đó (không dùng --new)."),
    )


def would_take(seen: Preview) -> int:
    """How many rows of the file would stand in the scenario."""
    if not seen.importable:
        return 0
    there = [entry.number for entry in seen.document.msel]
    return len(without_waiting(seen.checked.entries, there))


def _read(request: Request) -> Reading | doc.Document:
    """A table, or a whole scenario of ours."""
    try:
        reading = readers.of(request.data, request.name)
        if request.mapping is None and workbook.is_scenario(reading):
            return workbook.document_from_workbook(reading)
    except OwnFormat:
        pass
    except ScenarioProblems as error:
        raise _unreadable(error) from error
    else:
        return reading
    try:
        return read(request.data, request.name)
    except ScenarioProblems as error:
        raise _unreadable(error) from error


def _unreadable(error: ScenarioProblems) -> Unreadable:
    first, *more = error.problems
    hint = _("Và %d lỗi khác.") % len(more) if more else ""
    return Unreadable(first.code, str(first), hint)


def _as_table(own: doc.Document) -> Reading:
    """A scenario of ours as the table it would be written as."""
    return replace(readers.of(as_csv(own), "msel.csv"), format=OWN)


def _installed() -> list[doc.Unit]:
    return [
        doc.Unit(unit.code, unit.name, unit.short, None, participates=True)
        for unit in Unit.objects.order_by("pk")
    ]


def _whole(own: doc.Document, request: Request) -> Preview:
    """A file of our own that becomes a scenario is taken as it is: it was checked as a whole."""
    reading = _as_table(own)
    rows = tuple(
        Row(
            place,
            {},
            entry,
            None if entry.planned_us is None else entry.planned_us // SECOND_US,
        )
        for place, entry in enumerate(own.msel, start=1)
    )
    document = replace(own, code=request.code, msel=())
    return Preview(
        reading=reading,
        sheet=reading.sheets[0],
        mapping=columns.guess(reading.sheets[0]),
        document=document,
        checked=Checked(rows, ()),
        merge=Merge(own.msel, (), (), ()),
        remarks=(),
    )


# ── writing ─────────────────────────────────────────────────────────────────────────────────────
def _write(name: str, seen: Preview, user: User | None) -> None:
    if user is None:
        raise Refused(
            "no_user",
            _("Chưa có tài khoản nào để ghi tên người sửa."),
            _("Lập tài khoản quản trị, hoặc chọn người bằng --user."),
        )
    assert seen.into is not None  # of a scenario that is there
    scenario_id, revision = seen.into
    write_import(ready_import(scenario_id, seen.merge, expected_revision=revision), user, name=name)
