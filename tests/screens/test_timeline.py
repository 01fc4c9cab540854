"""The bars of the console's timeline: what is long late is named where it can be seen."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from tests.factories import Drill, entry, make_drill
from tests.screens.test_who_may_what import as_

pytestmark = pytest.mark.django_db
AGAIN = re.compile(r'<text class="again"[^>]*>([^<]*)</text>')


@pytest.fixture
def drill() -> Drill:
    injects = [entry("1.01", 1, ["U1"], acknowledge_within_s=300, complete_within_s=1200)]
    return make_drill(units=1, injects=injects, started=True)


def named_at_the_present(drill: Drill) -> list[str]:
    drill.sweep()
    with drill.at_now():
        path = reverse("console", args=[drill.exercise.code])
        return AGAIN.findall(as_(drill.user("director")).get(path).content.decode())


def test_a_bar_late_for_hours_has_its_number_at_the_present_too(drill: Drill) -> None:
    assert named_at_the_present(drill.later(1)) == []
    assert named_at_the_present(drill.later(60)) == []
    assert named_at_the_present(drill.later(80)) == ["1.01"]


def test_what_was_done_at_last_is_named_once(drill: Drill) -> None:
    drill.later(1).sweep()
    assert named_at_the_present(drill.later(140)) == ["1.01"]
    tasking = drill.tasking("1.01", "U1")
    drill.do("waive", tasking_id=tasking.pk, reason="đơn vị được miễn việc này")
    assert named_at_the_present(drill) == []
