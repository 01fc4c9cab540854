"""Two planners, one row: what the second to save is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import models

from scenarios.editing import rows
from scenarios.editing.refused import Changed
from scenarios.models import Edit, Scenario

LOOKED_BACK = 200
"""So many edits are searched for what a row was at an earlier revision."""


def changed(
    scenario: Scenario,
    seen: models.Model,
    revision: int,
    wanted: Sequence[tuple[models.Model, Mapping[str, Any]]],
) -> Changed:
    """The refusal to a planner who saw ``seen`` at ``revision``.

    Args:
        wanted: rows and the values (as JSON) that the planner wanted them to have.
    """
    edits = list(scenario.edits.select_related("user")[:LOOKED_BACK])
    later = [edit for edit in edits if _moved_on(edit, seen, revision)]
    now: dict[str, Any] = {}
    base: dict[str, Any] = {}
    yours: dict[str, Any] = {}
    for row, values in wanted:
        current = rows.read(type(row), [row.pk])[row.pk]
        for name, value in values.items():
            now[name], yours[name] = current[name], value
            base[name] = _then(edits, later, row, name, current[name], seen, revision)
    by, at = _last(edits, later, seen, revision)
    return Changed(seen, now=now, base=base, yours=yours, by=by, at=at)


def _of(edit: Edit, row: models.Model) -> list[dict[str, Any]]:
    name = rows.name_of(type(row))
    return [one for one in edit.changes if one["pk"] == row.pk and one["model"] == name]


def _moved_on(edit: Edit, seen: models.Model, revision: int) -> bool:
    counter = rows.revision_of(type(seen))
    return any((one["before"] or {}).get(counter, -1) >= revision for one in _of(edit, seen))


def _led_to(edit: Edit, seen: models.Model, revision: int) -> bool:
    counter = rows.revision_of(type(seen))
    return any((one["after"] or {}).get(counter) == revision for one in _of(edit, seen))


def _then(
    edits: Sequence[Edit],
    later: Sequence[Edit],
    row: models.Model,
    name: str,
    now: Any,
    seen: models.Model,
    revision: int,
) -> Any:
    """What a field was when its row was seen."""
    for edit in edits:
        if _led_to(edit, seen, revision):
            for one in reversed(_of(edit, row)):
                if name in (one["after"] or {}):
                    return one["after"][name]
    value = now
    for edit in later:
        for one in reversed(_of(edit, row)):
            value = (one["before"] or {}).get(name, value)
    return value


def _last(
    edits: Sequence[Edit], later: Sequence[Edit], seen: models.Model, revision: int
) -> tuple[Any, datetime | None]:
    """Who moved it on last: an edit, or undoing the one that the planner had seen."""
    if later:
        return later[0].user, later[0].undone_at or later[0].at
    for edit in edits:
        if edit.undone_at is not None and _led_to(edit, seen, revision):
            return edit.user, edit.undone_at
    return None, None
