"""A finding that waited on the evaluator's device bears the time at which it was noted."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import translation

from exercise.conduct import recover
from exercise.models import Finding, JournalEntry, verify
from exercise.review.outline import outline
from exercise.review.report import build_report
from exercise.situation import log
from tests.factories import HOUR, MINUTE, SECOND, entry, make_drill

pytestmark = pytest.mark.django_db


@pytest.fixture
def drill():
    return make_drill(2, [entry("1.01", 5, ["U1", "U2"])], stand_downs=[(2.0, 2.5)], started=True)


def noted(drill, waited_us=0, **words):
    words = {"kind": "strength", "text": "Trực ban ghi sổ đủ"} | words
    return drill.do("record_finding", drill.actor("evaluator"), waited_us=waited_us, **words)


def as_(user):
    client = Client()
    client.force_login(user)
    return client


def position(drill):
    return drill.fresh().clock.position_us(drill.now)


def test_it_bears_both_times_and_so_does_its_entry(drill):
    drill.later(40)
    found = noted(drill.later(35), 35 * MINUTE)
    assert (found.at_us, found.at_wall_us) == (40 * MINUTE, drill.now - 35 * MINUTE)
    assert (found.arrived_us, found.arrived_wall_us) == (75 * MINUTE, drill.now)
    told = drill.exercise.journal.get(kind="observation_recorded")
    assert (told.exercise_us, told.wall_us) == (75 * MINUTE, drill.now)
    assert told.data["noted_us"] == 40 * MINUTE
    assert told.data["noted_wall_us"] == drill.now - 35 * MINUTE
    assert verify(drill.fresh()).verified


def test_at_any_moment_of_a_course_it_is_what_the_clock_said_then(drill):
    """Pace, pause, a jump, a real-world stop, a stand-down and the wall clock set back."""
    seen = []

    def watch(minutes):
        for _minute in range(minutes):
            drill.later(1).sweep()
            seen.append((drill.now, position(drill)))

    def back():
        drill.do("extend_board_link")  # by an entry alone it is known how far
        drill.now -= 20 * MINUTE
        seen[:] = [(wall_us - 20 * MINUTE, at_us) for wall_us, at_us in seen]
        drill.do("extend_board_link")

    steps = [
        lambda: drill.do("set_pace", rate_permille=4000),
        lambda: drill.do("pause"),
        lambda: drill.do("set_pace", rate_permille=1000),
        lambda: drill.do("resume"),
        lambda: drill.do("call_real_world_stop", place="Cổng", words="Cháy"),
        lambda: drill.do("lift_real_world_stop"),
        lambda: drill.do("resume"),
        back,
        lambda: drill.do("jump", to_us=position(drill) + 30 * MINUTE, missed="release"),
        lambda: drill.later(25).sweep(),  # the stand-down comes
        lambda: drill.do("end"),
    ]
    for step in steps:
        watch(4)
        drill.later(seconds=30)
        step()
    watch(4)
    drill.later(seconds=13)
    assert len({at_us for _wall_us, at_us in seen}) > 25
    found = {wall_us: noted(drill, drill.now - wall_us).at_us for wall_us, _at_us in seen}
    assert found == dict(seen)


def test_time_that_an_outage_took_back_counts_as_the_last_sign_of_life(drill):
    drill.later(10).sweep()
    drill.later(30)
    with drill.at_now():
        assert recover(drill.exercise.pk, drill.now - 20 * MINUTE)
    assert position(drill) == 20 * MINUTE
    drill.later(5)
    for ago_min, at_min in ((1, 20), (15, 20), (24, 20), (26, 19), (40, 5)):
        assert noted(drill, ago_min * MINUTE).at_us == at_min * MINUTE, ago_min


@pytest.mark.parametrize("waited_us", [0, SECOND, -5 * MINUTE, 41 * MINUTE, 10**20, -(10**20)])
def test_what_cannot_be_believed_or_was_sent_at_once_was_noted_when_it_arrived(drill, waited_us):
    found = noted(drill.later(40), waited_us)
    assert (found.at_us, found.at_wall_us) == (40 * MINUTE, drill.now)
    assert (found.arrived_us, found.came_late) == (None, False)
    assert "noted_us" not in drill.exercise.journal.get(kind="observation_recorded").data


def test_a_pace_set_before_the_start_is_no_beginning(drill):
    planned = make_drill(1)
    planned.do("set_pace", rate_permille=2000)
    planned.later(10).do("start")
    found = noted(planned.later(10), 15 * MINUTE)
    assert found.at_us == 20 * MINUTE


@pytest.mark.parametrize(("waited_s", "late"), [(60, False), (61, True)])
def test_both_times_are_shown_where_they_are_over_a_minute_apart(drill, waited_s, late):
    noted(drill.later(45), waited_s * SECOND, place="Cổng sau")
    path = f"/x/{drill.exercise.code}/"
    with drill.at_now():
        seen = [
            as_(drill.user("evaluator")).get(f"{path}evaluate/unit/U1/"),
            as_(drill.user("director")).get(f"{path}evaluation/U1/"),
        ]
    for page in seen:
        words = " ".join(page.content.decode().split())
        assert "Cổng sau" in words
        assert ("tới lúc 07:45" in words) is late
        assert ("ghi lúc 07:43" in words) is late
    (told,) = log.rows(drill.fresh(), JournalEntry.objects.filter(kind="observation_recorded"))
    assert ("ghi từ N1 07:43" in told.sentence.replace("<b>", "")) is late
    report = build_report(drill.exercise)
    (row,) = report.observations.rows
    assert row.at_us == 45 * MINUTE - waited_s * SECOND
    assert (row.arrived_us == 45 * MINUTE) is late
    with translation.override("vi"):
        findings = next(part for part in outline(report).numbered if part.code == "findings")
    said = " ".join(cell.line for cell in findings.tables[0].rows[0])
    assert ("ghi lúc N1 07:43, tới lúc N1 07:45" in said) is late


def test_the_page_says_for_how_long_it_waited(drill):
    path = f"/x/{drill.exercise.code}/do/record_finding/"
    words = {"kind": "strength", "text": "Sổ đủ", "unit_code": "U1"}
    client = as_(drill.user("evaluator"))
    with drill.later(90).at_now():
        for waited_ms in ("", str(HOUR // 1000), "-5", str(10**30)):
            sent = client.post(
                path, words | {"waited_ms": waited_ms}, headers={"HX-Request": "true"}
            )
            assert sent.status_code == 200
    at = list(Finding.objects.order_by("pk").values_list("at_us", flat=True))
    assert at == [90 * MINUTE, 30 * MINUTE, 90 * MINUTE, 90 * MINUTE]
