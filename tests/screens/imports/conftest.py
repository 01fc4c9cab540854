"""Fixtures of the import's pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from scenarios.models import Scenario, Status
from tests.factories import make_scenario
from tests.screens.imports.walk import (
    UNITS,
    as_,
)
from units.models import Unit, User


@pytest.fixture
def draft() -> Scenario:
    made = make_scenario(list(UNITS), injects=[])
    Scenario.objects.filter(pk=made.pk).update(status=Status.DRAFT)
    for code, name in UNITS.items():
        Unit.objects.filter(code=code).update(name={"vi": name}, short={})
    made.refresh_from_db()
    return made


@pytest.fixture
def planner() -> User:
    return User.objects.create_user("soan-thao", password=None, name="Soạn", may_plan=True)


@pytest.fixture
def client(planner: User) -> Client:
    return as_(planner)


@pytest.fixture(autouse=True)
def _files_go_when_the_test_ends() -> Iterator[None]:
    yield
    for file in Path(settings.MEDIA_ROOT).glob("imports/**/*.*"):
        file.unlink()
