"""A draft on the desk and two planners in front of it, for the tests of its pages."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from scenarios.models import Scenario
from tests.scenarios.writing_desk import draft, planner
from units.models import User

HTMX = {"HX-Request": "true"}


class Planner:
    """A planner at their browser, with one version open."""

    def __init__(self, user: User, scenario: Scenario) -> None:
        self.user, self.scenario = user, scenario
        self.client = Client()
        self.client.force_login(user, "django.contrib.auth.backends.ModelBackend")

    def address(self, name: str, *more: Any) -> str:
        return reverse(name, args=[self.scenario.code, self.scenario.version, *more])

    def get(self, name: str, /, *more: Any, htmx: bool = False, **query: Any) -> Any:
        headers = HTMX if htmx else {}
        return self.client.get(self.address(name, *more), query, headers=headers)

    def post(self, name: str, /, *more: Any, htmx: bool = True, **data: Any) -> Any:
        headers = HTMX if htmx else {}
        return self.client.post(self.address(name, *more), data, headers=headers)

    def form(self, part: str, pk: int) -> dict[str, Any]:
        """What the browser would send of the form of a row as it stands."""
        line = self.get("part_row", part, pk, htmx=True).context["line"]
        data: dict[str, Any] = {"seen": line.seen, "revision": str(line.revision)}
        return data | {name: text for name, text in line.form.written().items() if text}

    def save(
        self, part: str, pk: int, form: dict[str, Any] | None = None, /, **changes: str
    ) -> Any:
        """Send the form of a row with some fields written anew."""
        data = (self.form(part, pk) if form is None else form) | changes
        return self.post("part_save", part, pk, **data)


class Two:
    """A draft and two planners who have it open."""

    def __init__(self) -> None:
        self.scenario = draft()
        self.hoa = Planner(planner("hoa"), self.scenario)
        self.binh = Planner(planner("binh"), self.scenario)

    def fresh(self) -> Scenario:
        self.scenario.refresh_from_db()
        return self.scenario


@pytest.fixture
def two() -> Two:
    return Two()


def text(answer: Any) -> str:
    """The words of an answer, without tags and doubled spaces."""
    return re.sub(r"\s+", " ", strip_tags(answer.content.decode()))
