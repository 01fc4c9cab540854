"""How far this host's clock is from the database's, which a process says when it begins."""

from __future__ import annotations

import pytest
from django.db import connection

from exercise import clock
from exercise.management.grown import clock_ahead_us, doubts
from exercise.supervisor import Site

pytestmark = pytest.mark.django_db


def test_a_clock_that_is_ahead_is_told_of() -> None:
    if connection.vendor == "sqlite":
        assert clock_ahead_us() is None  # one host, one clock
        return
    with clock.frozen(clock.wall_us() + 5_000_000):
        found = clock_ahead_us()
        assert found is not None
        assert found > 0
        assert any("ahead of the database's" in line for line in doubts(Site.from_settings()))
