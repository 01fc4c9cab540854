"""Undoing one's own edits, the newest first, and doing them again.

Two planners do not undo each other's work: everybody goes back along their own edits, and is
refused where somebody else has changed the same since.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from scenarios.editing import invariants, rows
from scenarios.editing.desk import opened, touch
from scenarios.editing.references import refuse_if_used
from scenarios.editing.refused import Refused
from scenarios.models import Edit, Scenario
from units.models import User

UNDOABLE = 20
"""So many of a planner's newest edits of a version can be undone."""

Change = dict[str, Any]
Key = tuple[str, int]
SHOWN = 5


def history(scenario: Scenario) -> QuerySet[Edit]:
    """Every edit of a version, the newest first, with ``user`` at hand."""
    return scenario.edits.defer("changes").select_related("user")


def undoable(scenario: Scenario, user: User) -> Edit | None:
    """What ``undo`` would undo: this planner's newest edit that is not undone yet."""
    for edit in _newest(scenario, user):
        if edit.undone_at is None:
            return edit
    return None


def redoable(scenario: Scenario, user: User) -> Edit | None:
    """What ``redo`` would do again: what this planner undid last, unless they edited since."""
    found = None
    for edit in _newest(scenario, user):
        if edit.undone_at is None:
            break
        found = edit
    return found


def _newest(scenario: Scenario, user: User) -> list[Edit]:
    own = scenario.edits.filter(user=user).defer("changes").select_related("user")
    return list(own[:UNDOABLE])


def undo(scenario_id: int, user: User) -> Edit:
    """Undo this planner's newest edit and answer it.

    Raises:
        Refused: ``nothing_to_undo``; ``changed_since`` when others changed the same since, saying
            who changed what; ``in_use``; approved.
    """
    with _going(scenario_id) as scenario:
        edit = undoable(scenario, user)
        if edit is None:
            raise Refused("nothing_to_undo", _("Không còn gì để hoàn tác."))
        _replay(scenario, edit, [_turned(change) for change in reversed(edit.changes)])
        edit.undone_at = timezone.now()
        edit.save(update_fields=["undone_at"])
    return edit


def redo(scenario_id: int, user: User) -> Edit:
    """Do again what this planner undid last. Raises ``Refused`` like ``undo``
    (``nothing_to_redo``).
    """
    with _going(scenario_id) as scenario:
        edit = redoable(scenario, user)
        if edit is None:
            raise Refused("nothing_to_redo", _("Không có gì để làm lại."))
        _replay(scenario, edit, edit.changes)
        edit.undone_at = None
        edit.save(update_fields=["undone_at"])
    return edit


@contextmanager
def _going(scenario_id: int) -> Iterator[Scenario]:
    with opened(scenario_id) as scenario:
        yield scenario
        # Rows put back may name rows that are gone by now; not only when the transaction ends.
        connection.check_constraints([model._meta.db_table for model in rows.MODELS.values()])
        touch(scenario)


def _turned(change: Change) -> Change:
    return {**change, "before": change["after"], "after": change["before"]}


def _replay(scenario: Scenario, edit: Edit, changes: Sequence[Change]) -> None:
    """Do changes, if the rows are as the first of them found them."""
    _require_untouched(scenario, edit, changes)
    for (name, kind), some in groupby(changes, key=lambda one: (one["model"], _kind(one))):
        _do(scenario, rows.MODELS[name], kind, list(some))
    invariants.check(scenario, changes)


def _kind(change: Change) -> str:
    if change["before"] is None:
        return "insert"
    return "delete" if change["after"] is None else "update"


def _do(scenario: Scenario, model: rows.Model, kind: str, changes: list[Change]) -> None:
    pks = [change["pk"] for change in changes]
    if kind == "delete":
        refuse_if_used(scenario, model, pks)
        rows.delete(model, pks)
        return
    if kind == "insert":
        rows.insert(model, [(change["pk"], change["after"]) for change in changes])
    else:
        counter = rows.revision_of(model)
        rows.update(
            model,
            [
                (one["pk"], {n: v for n, v in one["after"].items() if n != counter})
                for one in changes
            ],
        )
    # A revision that somebody may have seen must not come back with other content.
    rows.raise_revision(model, pks)


# ── whether others were there since ─────────────────────────────────────────────────────────────
def _require_untouched(scenario: Scenario, edit: Edit, changes: Sequence[Change]) -> None:
    wanted: dict[Key, rows.Fields | None] = {}
    for change in reversed(changes):
        key, before = (change["model"], change["pk"]), change["before"]
        wanted[key] = None if before is None else {**(wanted.get(key) or {}), **before}
    for name, model in rows.MODELS.items():
        pks = [pk for of, pk in wanted if of == name]
        now = rows.read(model, pks) if pks else {}
        for pk in pks:
            if not _same(model, wanted[name, pk], now.get(pk)):
                raise _changed_since(scenario, edit, set(wanted))


def _same(model: rows.Model, wanted: rows.Fields | None, now: rows.Fields | None) -> bool:
    if wanted is None or now is None:
        return wanted is now
    counter = rows.revision_of(model)
    return all(now[name] == value for name, value in wanted.items() if name != counter)


def _changed_since(scenario: Scenario, edit: Edit, keys: set[Key]) -> Refused:
    since = scenario.edits.filter(number__gt=edit.number, undone_at=None).select_related("user")
    told = [
        f"{later.user}: {later.words()}."
        for later in since
        if any((change["model"], change["pk"]) in keys for change in later.changes)
    ]
    return Refused(
        "changed_since",
        _("Không hoàn tác được: sau đó đã có thay đổi khác ở cùng chỗ."),
        _("Sửa tay, hoặc nhờ người đó hoàn tác trước."),
        details=told[:SHOWN],
    )
