"""An approved version is never changed again: whatever writes its rows is refused, and what comes
past that is seen by its hash.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from exercise import conduct
from exercise.conduct import Actor, create_exercise
from exercise.conduct import Refused as NotCarriedOut
from exercise.models import Exercise, Participant
from scenarios.models import (
    ApprovedError,
    MselEntry,
    Objective,
    PhaseCondition,
    PhasePlan,
    Scenario,
    Status,
)
from scenarios.reading import read, store
from scenarios.versions import altered, new_version
from tests.scenarios.small import SMALL
from tests.scenarios.writing_desk import content
from units.models import Unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def approved() -> Scenario:
    return store(read(SMALL.encode()))


def entry(scenario: Scenario) -> MselEntry:
    return scenario.msel.get(number="1.1")


def condition(scenario: Scenario) -> PhaseCondition:
    return PhaseCondition.objects.filter(plan__scenario=scenario)[0]


def new_unit() -> Unit:
    return Unit.objects.create(code="MOI", name={"vi": "Đơn vị mới"})


def objective_of_a_draft(scenario: Scenario) -> Objective:
    drafts = Scenario.objects.filter(code=scenario.code, status=Status.DRAFT)
    return Objective.objects.filter(scenario__in=drafts)[0]


def delete_an_addressee(scenario: Scenario) -> None:
    unit = new_unit()
    MselEntry.addressees.through.objects.create(mselentry=entry(scenario), unit=unit)
    unit.delete()


WRITES: dict[str, Callable[[Scenario], Any]] = {
    "save a row": lambda one: entry(one).save(),
    "save a field of a row": lambda one: entry(one).save(update_fields=["notes"]),
    "delete a row": lambda one: entry(one).delete(),
    "update rows": lambda one: one.msel.update(planned_us=0),
    "update rows of all versions": lambda one: MselEntry.objects.update(planned_us=0),
    "delete rows": lambda one: one.phases.all().delete(),
    "update many at once": lambda one: MselEntry.objects.bulk_update([entry(one)], ["sender"]),
    "add a row": lambda one: Objective.objects.create(scenario=one, code="MT9", title={"vi": "A"}),
    "add many rows": lambda one: PhasePlan.objects.bulk_create(
        [PhasePlan(scenario=one, phase="other", title={"vi": "A"}, starts_us=0, ends_us=1)]
    ),
    "link a row": lambda one: entry(one).addressees.add(new_unit()),
    "unlink a row": lambda one: entry(one).addressees.clear(),
    "link a row to others": lambda one: entry(one).objectives.set([]),
    "link an objective to no row": lambda one: entry(one).objectives.all()[0].entries.clear(),
    "link a draft's objective to it": lambda one: objective_of_a_draft(one).entries.add(entry(one)),
    "delete an addressee": delete_an_addressee,
    "save a condition": lambda one: condition(one).save(),
    "update conditions": lambda one: PhaseCondition.objects.update(after=[]),
    "add a condition": lambda one: PhaseCondition.objects.bulk_create(
        [PhaseCondition(plan=one.phases.all()[0], code="zz", title={"vi": "A"})]
    ),
    "save the version": lambda one: one.save(),
    "make it a draft": lambda one: Scenario.objects.update(status=Status.DRAFT),
    "give it another hash": lambda one: Scenario.objects.filter(pk=one.pk).update(content_hash=""),
    "delete the version": lambda one: one.delete(),
    "delete all versions": lambda one: Scenario.objects.all().delete(),
}


@pytest.mark.parametrize("write", WRITES)
def test_nothing_writes_in_an_approved_version(approved: Scenario, write: str) -> None:
    new_version(approved, None)
    before = content(approved)
    with pytest.raises(ApprovedError), transaction.atomic():
        WRITES[write](approved)
    assert content(approved) == before
    assert not altered(Scenario.objects.get(pk=approved.pk))


def test_a_whole_table_is_not_deleted_by_a_slip() -> None:
    """``objects.delete()`` is no method of Django's managers either."""
    for model in (Scenario, MselEntry):
        assert not hasattr(model.objects, "delete")


def test_its_history_goes_on(approved: Scenario) -> None:
    approved.made_by = None
    approved.save(update_fields=["made_by", "updated_at"])
    Scenario.objects.filter(pk=approved.pk).update(approved_by_operator="thu")


@pytest.mark.parametrize(
    "write", [one for one in WRITES if "row" in one and "all versions" not in one]
)
def test_a_draft_can_be_written(approved: Scenario, write: str) -> None:
    draft = new_version(approved, None)
    if write.startswith("delete"):
        draft.msel.update(trigger_entry=None)
    WRITES[write](draft)


def test_what_is_left_to_be_seen_to_is_no_part_of_it(approved: Scenario) -> None:
    approved.checkpoints.create(text="Kiểm tra lại số máy phát")
    assert not altered(approved)


def take_an_addressee_away(scenario: Scenario) -> None:
    """A link's own table, which nothing guards."""
    links = MselEntry.addressees.through.objects.filter(mselentry__scenario=scenario)
    links.filter(pk=links[0].pk).delete()


@pytest.mark.parametrize("rehearsal", [True, False])
def test_no_drill_is_made_of_what_nobody_approved(approved: Scenario, rehearsal: bool) -> None:
    assert not altered(approved)
    take_an_addressee_away(approved)
    with pytest.raises(NotCarriedOut) as caught:
        create_exercise(approved, rehearsal=rehearsal)
    assert caught.value.code == "scenario_altered"
    assert not Exercise.objects.exists()


def test_no_drill_is_started_on_what_nobody_approved(approved: Scenario) -> None:
    made = create_exercise(approved)
    director = Participant.objects.filter(exercise=made, role="director")[0]
    take_an_addressee_away(approved)
    with pytest.raises(NotCarriedOut) as caught:
        conduct.start(made.pk, Actor.of(director))
    assert caught.value.code == "scenario_altered"
    made.refresh_from_db()
    assert made.started_wall_us is None
