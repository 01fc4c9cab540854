"""Writing what an import found good: one edit, so that one undo takes it back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.utils.translation import gettext as _

from scenarios.editing.desk import edit
from scenarios.editing.entries import Prepared, add_prepared, change_entries, prepare
from scenarios.editing.refused import Refused
from scenarios.editing.values import InjectValues
from scenarios.intake.merging import Merge
from scenarios.models import EditKind, MselEntry, Scenario
from scenarios.reading import document as doc
from units.models import User


class Writable(NamedTuple):
    """Of a merge, what can be written, and the numbers of those that wait for what cannot."""

    new: tuple[doc.Entry, ...]
    changed: tuple[doc.Entry, ...]
    waiting: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.new) + len(self.changed)


def writable(merge: Merge) -> Writable:
    """Leave out injects that wait for one whose row was refused, and those that wait for them."""
    staying = {entry.number for entry in (*merge.same, *merge.gone)}
    staying |= {change.before.number for change in merge.changed}
    changes = [change.after for change in merge.changed]
    new = without_waiting(merge.new, staying)
    known = staying | {entry.number for entry in new}
    changed = [one for one in changes if _leads(one, known)]
    written = {entry.number for entry in (*new, *changed)}
    waiting = [one.number for one in (*merge.new, *changes) if one.number not in written]
    return Writable(tuple(new), tuple(changed), tuple(waiting))


def without_waiting(entries: Sequence[doc.Entry], there: Iterable[str] = ()) -> list[doc.Entry]:
    """Entries without those that wait for one that is neither among them nor ``there``."""
    known, kept = set(there), list(entries)
    while True:
        numbers = known | {entry.number for entry in kept}
        still = [entry for entry in kept if _leads(entry, numbers)]
        if len(still) == len(kept):
            return kept
        kept = still


class ReadyImport(NamedTuple):
    """A merge that was checked, to be written if the version is still at this revision."""

    scenario_id: int
    revision: int
    new: Prepared
    changed: list[tuple[MselEntry, InjectValues]]

    def __len__(self) -> int:
        return len(self.new.rows) + len(self.changed)


def ready_import(
    scenario_id: int, merge: Merge, *, expected_revision: int | None = None
) -> ReadyImport:
    """Check what is new in a merge and read what changes, before anything is locked: SQLite's lock
    is the whole database's, and keeps the timers of running exercises waiting.

    Args:
        expected_revision: of the version that the merge was made against; ``None``: as it is now.

    Raises:
        Refused: a value that cannot be; ``gone_on`` where the version has.
    """
    found = writable(merge)
    scenario = Scenario.objects.filter(pk=scenario_id).first()
    if scenario is None or expected_revision not in (None, scenario.revision):
        raise _gone_on()
    new = prepare(scenario, [_values(entry) for entry in found.new], unfinished=True)
    changed = {entry.number: _values(entry) for entry in found.changed}
    rows = scenario.msel.all() if changed else ()
    changes = [(row, changed[row.number]) for row in rows if row.number in changed]
    return ReadyImport(scenario_id, scenario.revision, new, changes)


def write_import(ready: ReadyImport, user: User, *, name: str) -> int:
    """Write the new and the changed injects, all or none; answers how many.

    Args:
        name: of the file, for the history.

    Raises:
        Refused: nothing was written; ``gone_on`` where the version has.
    """
    count = len(ready)
    if not count:
        return 0
    with edit(ready.scenario_id, user, EditKind.IMPORTED, name=name, count=count) as desk:
        if desk.scenario.revision != ready.revision:
            raise _gone_on()
        # New ones first: what is changed may wait for them.
        add_prepared(desk, ready.new)
        if ready.changed:
            change_entries(desk, ready.changed, unfinished=True)
    return count


def _gone_on() -> Refused:
    return Refused(
        "gone_on",
        _("Kịch bản vừa được sửa trong lúc nhập."),
        _("Xem lại kết quả kiểm tra rồi nhập."),
    )


def _leads(entry: doc.Entry, numbers: set[str]) -> bool:
    return entry.trigger is None or entry.trigger.inject in numbers


def _values(entry: doc.Entry) -> InjectValues:
    return {
        "number": entry.number,
        "phase": entry.phase,
        "planned_us": entry.planned_us,
        "problem": entry.problem,
        "sender": entry.sender,
        "addressees": entry.addressees,
        "method": entry.method,
        "title": entry.title,
        "content": entry.content,
        "expected_actions": entry.expected_actions,
        "objectives": entry.objectives,
        "acknowledge_within_s": entry.acknowledge_within_s,
        "complete_within_s": entry.complete_within_s,
        "mandatory": entry.mandatory,
        "reply": entry.reply,
        "release": entry.release,
        "trigger": entry.trigger,
        "notes": entry.notes,
    }
