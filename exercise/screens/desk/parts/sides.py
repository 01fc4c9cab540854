"""Two planners changed one row: what each wrote in its form, told apart and put together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import QueryDict

from exercise.screens.desk.parts.form import PartForm, Written, plain
from units.text import LANGUAGES

MINE, THEIRS = "mine", "theirs"


@dataclass(frozen=True)
class Difference:
    """A field that two planners wrote differently."""

    name: str
    label: str
    mine: str
    theirs: str


@dataclass(frozen=True)
class Sides:
    """What both changed (to choose from), what only the other one did (taken), and the whole."""

    by: Any
    at: datetime | None
    differences: list[Difference]
    taken: list[str]
    merged: Written


def sides_of(form: PartForm, theirs: Written, *, by: Any, at: datetime | None) -> Sides:
    """Tell what a planner wrote in ``form`` from what stands there now."""
    ours, mine = form.changed(), form.written()
    return Sides(
        by=by,
        at=at,
        differences=[
            Difference(
                name, _label(form, name), _shown(form, name, mine), _shown(form, name, theirs)
            )
            for name in form.fields
            if name in ours and mine[name] != plain(theirs.get(name))
        ],
        taken=[
            _label(form, name)
            for name in form.fields
            if name not in ours and plain(form.seen.get(name)) != plain(theirs.get(name))
        ],
        merged={**theirs, **{name: mine[name] for name in ours}},
    )


def _label(form: PartForm, name: str) -> str:
    label = str(form.fields[name].label)
    language = name.rpartition("_")[2]
    return f"{label} ({language.upper()})" if language in LANGUAGES else label


def _shown(form: PartForm, name: str, values: Written) -> str:
    """A value as people read it: of a choice its words."""
    value = plain(values.get(name))
    choices: Any = getattr(form.fields[name], "choices", None)
    return str(dict(choices).get(value, value)) if choices else value


def chosen(posted: QueryDict, seen: Written) -> Mapping[str, Any]:
    """What the planner wants to stand in the fields: what they posted, or what the other one wrote
    where they chose that.
    """
    data = posted.copy()
    take_all = posted.get("keep") == THEIRS
    for name in posted.getlist("differs"):
        theirs = take_all or posted.get(f"pick_{name}") == THEIRS
        if posted.get("keep") != MINE and theirs and name in seen:
            data[name] = seen[name]
    return data
