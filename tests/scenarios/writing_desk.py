"""A draft to write in, two planners, and all that a draft holds."""

from __future__ import annotations

from typing import Any

import pytest

from scenarios.editing import rows
from scenarios.models import MselEntry, Scenario
from scenarios.reading import read, store
from scenarios.versions import new_version
from tests.scenarios.small import SMALL
from units.models import User


def planner(name: str) -> User:
    return User.objects.create_user(name, name=name.title(), may_plan=True)


def draft(text: str = SMALL) -> Scenario:
    """The small scenario as a draft, version 2."""
    return new_version(store(read(text.encode())), None)


def inject(scenario: Scenario, number: str) -> MselEntry:
    return scenario.msel.get(number=number)


def content(scenario: Scenario) -> dict[str, Any]:
    """Every row of a version and every unit, but for the counters of changes."""
    found: dict[str, Any] = {}
    for name, model in rows.MODELS.items():
        manager: Any = model._default_manager
        columns = rows.columns_of(model)
        if "scenario_id" in columns:
            manager = manager.filter(scenario=scenario)
        elif "plan_id" in columns:
            manager = manager.filter(plan__scenario=scenario)
        elif model is Scenario:
            manager = manager.filter(pk=scenario.pk)
        whole = rows.read(model, manager.values_list("pk", flat=True))
        counter = rows.revision_of(model)
        found[name] = {
            pk: {name: value for name, value in fields.items() if name != counter}
            for pk, fields in whole.items()
        }
    return found


class Desk:
    """A draft and two planners; commands are given by name."""

    def __init__(self) -> None:
        self.scenario = draft()
        self.hoa, self.binh = planner("hoa"), planner("binh")

    def inject(self, number: str) -> MselEntry:
        return inject(self.scenario, number)

    def pks(self, *numbers: str) -> list[int]:
        return [self.inject(number).pk for number in numbers]

    def content(self) -> dict[str, Any]:
        return content(self.scenario)


@pytest.fixture
def desk() -> Desk:
    return Desk()
