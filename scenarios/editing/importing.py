"""Writing what an import found good: one edit, so that one undo takes it back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.utils.translation import gettext as _

from scenarios.editing.desk import edit
from scenarios.editing.entries import add_entries, change_entries
from scenarios.editing.refused import Refused
from scenarios.editing.values import InjectValues
from scenarios.intake.merging import Merge
from scenarios.models import EditKind, MselEntry
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


def import_entries(
    scenario_id: int,
    user: User,
    merge: Merge,
    *,
    name: str,
    expected_revision: int | None = None,
) -> int:
    """Write the new and the changed injects of a merge; answers how many.

    Args:
        name: of the file, for the history.
        expected_revision: of the version that the merge was made against.

    Raises:
        Refused: nothing was written; ``gone_on`` where the version has.
    """
    found = writable(merge)
    if not len(found):
        return 0
    count = len(found)
    with edit(scenario_id, user, EditKind.IMPORTED, name=name, count=count) as desk:
        if expected_revision is not None and desk.scenario.revision != expected_revision:
            raise Refused(
                "gone_on",
                _("Kịch bản vừa được sửa trong lúc nhập."),
                _("Xem lại kết quả kiểm tra rồi nhập."),
            )
        # New ones first: what is changed may wait for them.
        add_entries(desk, [_values(entry) for entry in found.new], unfinished=True)
        rows = _rows(desk.scenario.msel.all(), {entry.number for entry in found.changed})
        changes = [(rows[entry.number], _values(entry)) for entry in found.changed]
        if changes:
            change_entries(desk, changes, unfinished=True)
    return count


def _leads(entry: doc.Entry, numbers: set[str]) -> bool:
    return entry.trigger is None or entry.trigger.inject in numbers


def _rows(msel: Iterable[MselEntry], numbers: set[str]) -> dict[str, MselEntry]:
    return {row.number: row for row in msel if row.number in numbers}


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
