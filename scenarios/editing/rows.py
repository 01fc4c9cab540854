"""Rows as JSON and back, many at a time: the one way in which edits, undo and redo write.

A row's fields are named as their columns; many-to-many fields hold the keys of their rows, sorted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import models
from django.db.models import CharField, F, Value
from django.db.models.functions import Cast, Concat

from scenarios.models import (
    Checkpoint,
    MselEntry,
    Objective,
    Participation,
    Person,
    PhaseCondition,
    PhasePlan,
    Problem,
    Scenario,
    StandDown,
)
from units.models import Unit
from units.text import Text

Fields = dict[str, Any]
Model = type[models.Model]

MODELS: dict[str, Model] = {
    str(model._meta.model_name): model
    for model in (
        Scenario,
        StandDown,
        PhasePlan,
        PhaseCondition,
        Objective,
        Problem,
        Participation,
        Person,
        MselEntry,
        Checkpoint,
        Unit,
    )
}
HEAD = ("title", "summary", "timezone", "starts_at", "head_revision")
BATCH = 500


def batched(items: Iterable[int], size: int = BATCH) -> Iterator[list[int]]:
    """In lists that are short enough for one query."""
    left = iter(items)
    while some := list(islice(left, size)):
        yield some


def name_of(model: Model) -> str:
    """What a model is called in an edit."""
    return str(model._meta.model_name)


def revision_of(model: Model) -> str:
    """The field that counts a row's changes; empty where nothing does."""
    if model is Scenario:
        return "head_revision"
    return "" if model is Unit else "revision"


def columns_of(model: Model) -> tuple[str, ...]:
    """The columns that an edit may change, by name."""
    if model is Scenario:
        return HEAD
    return tuple(field.attname for field in model._meta.concrete_fields if not field.primary_key)


def links_of(model: Model) -> tuple[str, ...]:
    """The many-to-many fields."""
    return tuple(field.name for field in model._meta.many_to_many)


def named(model: Model, values: Mapping[str, Any]) -> Fields:
    """Values by the names of their columns: rows become their keys, links are sorted."""
    found: Fields = {}
    for name, value in values.items():
        if name in links_of(model):
            found[name] = sorted({_key(one) for one in value})
        else:
            field: Any = model._meta.get_field(name.removesuffix("_id"))
            found[field.attname] = _key(value)
    return found


def _key(value: Any) -> Any:
    return value.pk if isinstance(value, models.Model) else value


# ── out ─────────────────────────────────────────────────────────────────────────────────────────
def plain(value: Any) -> Any:
    """A column's value as JSON has it."""
    if isinstance(value, Text):
        return value.as_dict()
    return value.isoformat() if isinstance(value, datetime) else value


def read(model: Model, pks: Iterable[int]) -> dict[int, Fields]:
    """The rows that there are of these, whole."""
    found: dict[int, Fields] = {}
    columns, manager = columns_of(model), model._default_manager
    for some in batched(pks):
        for pk, *values in manager.filter(pk__in=some).values_list("pk", *columns):
            found[pk] = {
                name: plain(value) for name, value in zip(columns, values, strict=True)
            } | {name: [] for name in links_of(model)}
        for name in links_of(model):
            for pk, other in _links(model, name, some):
                found[pk][name].append(other)
    return found


def _links(model: Model, name: str, pks: Sequence[int]) -> Iterator[tuple[int, int]]:
    own, other = _ends(model, name)
    through = _through(model, name)
    rows = through._default_manager.filter(**{f"{own}__in": pks}).order_by(other)
    yield from rows.values_list(own, other)


def _through(model: Model, name: str) -> Model:
    through: Model = getattr(model, name).through
    return through


def _ends(model: Model, name: str) -> tuple[str, str]:
    field: Any = model._meta.get_field(name)
    return f"{field.m2m_field_name()}_id", f"{field.m2m_reverse_field_name()}_id"


# ── in ──────────────────────────────────────────────────────────────────────────────────────────
def insert(model: Model, rows: Sequence[tuple[int | None, Mapping[str, Any]]]) -> list[Any]:
    """Add rows, with their own keys where these are given."""
    made = [model(pk=pk, **_columns(model, fields)) for pk, fields in rows]
    model._default_manager.bulk_create(made, batch_size=BATCH)
    for name in links_of(model):
        links = {
            row.pk: fields[name]
            for row, (_pk, fields) in zip(made, rows, strict=True)
            if fields.get(name)
        }
        _link(model, name, links)
    return made


def update(model: Model, rows: Sequence[tuple[int, Mapping[str, Any]]]) -> None:
    """Write the named fields of rows that are there; injects may exchange their numbers."""
    if model is MselEntry and len(rows) > 1:
        _park([pk for pk, fields in rows if "number" in fields])
    alike: dict[tuple[str, ...], list[models.Model]] = defaultdict(list)
    for pk, fields in rows:
        columns = _columns(model, fields)
        if columns:
            alike[tuple(columns)].append(model(pk=pk, **columns))
    for names, some in alike.items():
        if len(some) == 1:
            # A Case of one branch says no more, and PostgreSQL would have to be told its type.
            values = {name: getattr(some[0], name) for name in names}
            model._default_manager.filter(pk=some[0].pk).update(**values)
        else:
            model._default_manager.bulk_update(some, names, batch_size=BATCH)
    for name in links_of(model):
        links = {pk: fields[name] for pk, fields in rows if name in fields}
        own, _other = _ends(model, name)
        for pks in batched(links):
            _through(model, name)._default_manager.filter(**{f"{own}__in": pks}).delete()
        _link(model, name, links)


def delete(model: Model, pks: Sequence[int]) -> None:
    """Remove rows.

    Raises:
        ProtectedError: another row needs one of them.
    """
    for some in batched(pks):
        if model is MselEntry:
            # They may wait for each other, which must not protect them.
            MselEntry.objects.filter(pk__in=some).update(trigger_entry=None)
    for some in batched(pks):
        model._default_manager.filter(pk__in=some).delete()


def raise_revision(model: Model, pks: Iterable[int]) -> None:
    """Count one more change of each row."""
    if name := revision_of(model):
        for some in batched(pks):
            model._default_manager.filter(pk__in=some).update(**{name: F(name) + 1})


def _columns(model: Model, fields: Mapping[str, Any]) -> Fields:
    links = links_of(model)
    return {name: _own(model, name, value) for name, value in fields.items() if name not in links}


def _own(model: Model, name: str, value: Any) -> Any:
    field: Any = model._meta.get_field(name.removesuffix("_id"))
    return field.to_python(value)


def _park(pks: Sequence[int]) -> None:
    """Give injects numbers that nobody writes, so that theirs are free for each other."""
    parked = Concat(Value("~"), Cast("pk", CharField()), output_field=CharField())
    for some in batched(pks):
        MselEntry.objects.filter(pk__in=some).update(number=parked)


def _link(model: Model, name: str, links: Mapping[int, Sequence[int]]) -> None:
    own, other = _ends(model, name)
    through = _through(model, name)
    through._default_manager.bulk_create(
        (through(**{own: pk, other: to}) for pk, others in links.items() for to in others),
        batch_size=BATCH,
    )
