"""The base of every entity with a life: django-fsm-2 with its traps closed once.

1. ``FSMModelMixin.refresh_from_db`` lifts the write protection on the *shared* field object, so
   two threads race and a refresh that fails leaves it lifted for the whole process; ours refreshes
   by forgetting the instance's own value.
2. It notes the state a row was read in by asking for it, which for a row read without its states
   reads the row again, without its states again, and so on for ever; ours notes what was read.
3. ``ConcurrentTransitionMixin`` already is an ``FSMModelMixin``; inheriting both is an MRO error.
4. A guard says in a sentence what is missing, instead of a bare ``False``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cache
from typing import Any, Protocol, Self, TypeVar, cast

from django.db import models
from django.db.models.base import ModelState
from django.utils.functional import Promise
from django_fsm import ConcurrentTransitionMixin, FSMField, FSMFieldMixin, TransitionNotAllowed

Sentence = str | Promise
M = TypeVar("M", bound=models.Model)
NEVER_READ = "?"
"""No state is called so."""


class Guard(Protocol):
    """A condition that can say what is missing; it is truthy-callable as django-fsm expects."""

    def __call__(self, instance: Any) -> bool: ...

    missing: Callable[[Any], list[Sentence]]


def guard(missing: Callable[[M], list[Sentence]]) -> Guard:
    """Make a django-fsm condition of a function that lists what is still missing."""

    def met(instance: M) -> bool:
        return not missing(instance)

    met.__name__ = missing.__name__
    met.__doc__ = missing.__doc__
    met.missing = missing  # type: ignore[attr-defined]
    return cast(Guard, met)


class StateField(FSMField):
    """A state: written by transitions alone, indexed with what it is looked up by elsewhere."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("protected", True)
        kwargs.setdefault("max_length", 24)
        super().__init__(*args, **kwargs)

    def get_state(self, instance: Any) -> Any:
        """The state as read. A page asks for a hundred thousand, and django-fsm's own way makes an
        object for each.
        """
        try:
            return instance.__dict__[self.attname]
        except KeyError:
            return super().get_state(instance)


@cache
def _state_names(model: type[models.Model]) -> list[str]:
    fields = model._meta.concrete_fields
    return [field.attname for field in fields if isinstance(field, FSMFieldMixin)]


@cache
def _labels(field: models.Field[Any, Any]) -> dict[Any, Any]:
    return dict(field.flatchoices)


class Stateful(ConcurrentTransitionMixin, models.Model):
    """A model whose states change by declared transitions only."""

    class Meta:
        abstract = True

    @classmethod
    def from_db(
        cls,
        db: str | None,
        field_names: Collection[str],
        values: Collection[Any],
        **read_by: Any,
    ) -> Self:
        """A row as read. A long drill has thousands, and Django's own way sets field after field
        through descriptors; nothing listens to these models being made.

        Args:
            read_by: how what was left out is read, as later releases of Django say it.
        """
        row = cls.__new__(cls)
        row.__dict__.update(zip(field_names, values, strict=True))
        row._state = state = ModelState()
        state.adding, state.db = False, db
        vars(state).update(read_by)
        row._update_initial_state()
        return row

    def refresh_from_db(
        self,
        using: str | None = None,
        fields: Iterable[str] | None = None,
        from_queryset: models.QuerySet[Any] | None = None,
    ) -> None:
        """Read the row again, states included, without touching the shared field's protection."""
        if fields is None:
            # Named one by one, because Django would take the states forgotten below for deferred.
            deferred = self.get_deferred_fields()
            fields = [
                field.attname
                for field in self._meta.concrete_fields
                if field.attname not in deferred
            ]
            self._prefetched_objects_cache: dict[str, Any] = {}
        wanted = set(fields)
        names = [name for name in self._state_names() if name in wanted]
        kept = {name: self.__dict__.pop(name) for name in names if name in self.__dict__}
        try:
            models.Model.refresh_from_db(self, using, wanted, from_queryset)
        except BaseException:
            self.__dict__.update(kept)
            raise
        self._update_initial_state()

    def as_it_was(self, fields: Mapping[str, Any], **related: models.Model | None) -> Self:
        """A copy in memory with other values, states included: this row at an earlier moment.

        It has the row's key, and cannot be saved: it matches no row. Thousands are made for one
        page of the past, so descriptors are gone round.

        Args:
            related: what its foreign keys lead to.
        """
        past = type(self).__new__(type(self))
        past.__dict__ |= self.__dict__
        past.__dict__ |= fields
        past._state = state = ModelState()
        state.adding, state.db, state.fields_cache = False, self._state.db, related
        never: dict[str, Any] = dict.fromkeys(self._state_names(), NEVER_READ)
        past._ConcurrentTransitionMixin__initial_states = never
        return past

    @classmethod
    def _state_names(cls) -> list[str]:
        return _state_names(cls)

    def _update_initial_state(self) -> None:
        """Note the states as read; one that was not read matches no row, so saving is refused."""
        read = {name: self.__dict__.get(name, NEVER_READ) for name in self._state_names()}
        self._ConcurrentTransitionMixin__initial_states = read

    def _get_FIELD_display(self, field: models.Field[Any, Any]) -> str:
        """The word for a value; Django's own hashes every word of the choices, translated, to find
        it.
        """
        value = getattr(self, field.attname)
        return str(_labels(field).get(value, value))

    def unmet(self, transition: str) -> list[Sentence]:
        """What is missing for ``transition`` from here; empty when its guards are met."""
        meta = getattr(type(self), transition)._django_fsm
        declared = meta.get_transition(meta.field.get_state(self))
        if declared is None:
            return []
        return [
            sentence
            for condition in declared.conditions
            for sentence in cast(Guard, condition).missing(self)
        ]

    def can(self, transition: str) -> bool:
        """Whether ``transition`` is declared from the present state (guards aside)."""
        meta = getattr(type(self), transition)._django_fsm
        return bool(meta.has_transition(meta.field.get_state(self)))


__all__ = ["Guard", "Sentence", "StateField", "Stateful", "TransitionNotAllowed", "guard"]
