"""The base of the state machines: the traps of django-fsm-2 closed."""

from __future__ import annotations

import pytest
from django_fsm import ConcurrentTransition

from exercise.models import Exercise, Inject, Tasking
from exercise.models.state import Stateful
from tests.factories import make_drill

pytestmark = pytest.mark.django_db

MODELS = Stateful.__subclasses__()


def test_a_state_cannot_be_written_past_its_transitions():
    inject = make_drill(units=1).inject("1.01")
    with pytest.raises(AttributeError):
        inject.state = "released"


def test_a_refresh_reads_the_state_of_the_database():
    inject = make_drill(units=1).inject("1.01")
    Inject.objects.filter(pk=inject.pk).update(state="held")
    inject.refresh_from_db()
    assert inject.state == "held"
    inject.unhold()
    inject.save()


def test_a_refresh_that_fails_leaves_the_protection_on_and_the_state_as_it_was():
    inject = make_drill(units=1).inject("1.01")
    Inject.addressees.through.objects.filter(inject=inject).delete()
    Inject.objects.filter(pk=inject.pk).delete()
    with pytest.raises(Inject.DoesNotExist):
        inject.refresh_from_db()
    assert inject.state == "scheduled"
    with pytest.raises(AttributeError):
        inject.state = "released"


def test_a_stale_copy_cannot_be_saved_over_a_newer_state():
    drill = make_drill(units=1)
    first, second = drill.inject("1.01"), drill.inject("1.01")
    first.hold()
    first.save()
    second.skip()
    with pytest.raises(ConcurrentTransition):
        second.save()


def test_protection_is_never_lifted_not_even_while_a_refresh_runs():
    inject = make_drill(units=1).inject("1.01")
    field = Inject._meta.get_field("state")
    seen = []

    class Watching:
        def using(self, _alias):
            return self

        def filter(self, **which):
            seen.append(field.protected)
            return Inject.objects.filter(**which)

    inject.refresh_from_db(from_queryset=Watching())
    assert seen == [True]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_transition_leads_between_declared_states(model):
    for field in model._meta.concrete_fields:
        if not hasattr(field, "get_all_transitions"):
            continue
        states = {value for value, _label in field.choices}
        for transition in field.get_all_transitions(model):
            assert transition.source in states
            assert transition.target in states


def test_every_state_of_a_tasking_can_be_reached_and_left_or_is_an_end():
    field = Tasking._meta.get_field("state")
    moves = {(t.source, t.target) for t in field.get_all_transitions(Tasking)}
    reached = {"delivered"}
    for _round in field.choices:
        reached |= {target for source, target in moves if source in reached}
    assert reached == {value for value, _label in field.choices}
    ends = reached - {source for source, _target in moves}
    assert ends == {"waived", "cancelled"}


def test_a_row_is_read_again_whole_and_with_its_states():
    drill = make_drill()
    exercise = Exercise.objects.get(pk=drill.exercise.pk)
    Exercise.objects.filter(pk=exercise.pk).update(status="running", overdue_spacing_s=77)

    exercise.refresh_from_db()

    assert (exercise.status, exercise.overdue_spacing_s) == ("running", 77)


def test_a_row_may_be_read_in_part_without_its_states():
    drill = make_drill()

    exercise = Exercise.objects.only("code").get(pk=drill.exercise.pk)

    assert exercise.code == drill.exercise.code
    assert exercise.status == "planned"


def test_a_row_read_in_part_is_not_saved_over_a_state_it_never_saw():
    drill = make_drill()
    exercise = Exercise.objects.only("code").get(pk=drill.exercise.pk)

    with pytest.raises(ConcurrentTransition):
        exercise.save(update_fields=["overdue_spacing_s"])
