"""The conformance report, computed from rows alone."""

from __future__ import annotations

import pytest

from exercise.clock import frozen
from exercise.models import Inject, Verdict
from exercise.players.report import Facts, as_text, conformance, conforms, percentile
from tests.factories import entry, make_drill

pytestmark = pytest.mark.django_db


def report_of(drill, **changed):
    facts = Facts.read(drill.exercise.pk, drill.now)
    return conformance(Facts(**{**vars(facts), **changed}))


def played():
    injects = [
        entry("1.01", 5, ["U1", "U2"], mandatory=True, complete_within_s=1800),
        entry("1.02", 10, ["U1"]),
        entry("1.03", None, ["U1"], when=("1.01", "overdue")),
    ]
    drill = make_drill(units=2, injects=injects, started=True).later(5, seconds=0.02)
    drill.sweep()
    lead, tasking = drill.actor("lead", "U1"), drill.tasking("1.01", "U1")
    drill.later(1).do("acknowledge", lead, tasking_id=tasking.pk)
    drill.later(3).do("complete", lead, tasking_id=tasking.pk)
    drill.later(1).sweep()
    return drill


def test_a_drill_in_order_conforms_once_it_has_ended():
    drill = played()
    assert not conforms(report_of(drill))
    drill.do("end")
    report = report_of(drill)
    assert conforms(report)
    assert report["injects"] == {
        "total": 3,
        "released": 2,
        "lost": 0,
        "released_twice": 0,
        "standby": 1,
        "held": 0,
        "skipped": 0,
        "recalled": 0,
    }
    assert report["lateness_ms"] == {"p50": 20.0, "p99": 20.0, "max": 20.0}
    assert report["journal"] == {"entries": drill.fresh().journal_seq, "verified": True}


def test_each_unit_is_counted():
    drill = played().later(10)
    drill.do("end")
    assert report_of(drill)["units"] == [
        {
            "code": "U1",
            "final_posture": "transitioning",
            "tasked": 2,
            "acknowledged": 1,
            "completed": 1,
            "overdue": 0,
        },
        {
            "code": "U2",
            "final_posture": "transitioning",
            "tasked": 1,
            "acknowledged": 0,
            "completed": 0,
            "overdue": 1,
        },
    ]


def test_an_inject_whose_moment_passed_in_silence_is_lost():
    drill = make_drill(units=1, injects=[entry("1.01", 5, ["U1"])], started=True).later(6)
    drill.do("end")
    report = report_of(drill)
    assert report["injects"]["lost"] == 1
    assert not conforms(report)


def test_what_the_director_held_or_left_out_is_not_lost():
    drill = make_drill(
        units=1, injects=[entry("1.01", 5, ["U1"]), entry("1.02", 5, ["U1"])], started=True
    )
    drill.do("hold", inject_id=drill.inject("1.01").pk)
    drill.do("skip", inject_id=drill.inject("1.02").pk)
    drill.later(6).do("end")
    assert report_of(drill)["injects"]["lost"] == 0


def test_a_state_without_its_release_in_the_journal_is_lost():
    drill = played()
    injects = list(Inject.objects.filter(exercise=drill.exercise))
    assert report_of(drill, injects=injects, releases=["1.01"])["injects"]["lost"] == 1


def test_a_second_release_is_found():
    drill = played()
    drill.do("end")
    report = report_of(drill, releases=["1.01", "1.02", "1.01"])
    assert report["injects"]["released_twice"] == 1
    assert not conforms(report)


def test_a_broken_chain_does_not_conform():
    drill = played()
    drill.do("end")
    report = report_of(drill, verdict=Verdict(3, 4, "content"))
    assert report["journal"] == {"entries": 3, "verified": False}
    assert not conforms(report)


def test_phases_are_compared_with_the_plan():
    drill = make_drill(units=1, injects=[], started=True).later(30)
    reason = "Theo lệnh Ban Chỉ đạo"
    drill.do("advance_phase", leaving="transition", override_reason=reason)
    drill.later(10).do("end")
    report = report_of(drill)
    assert [(row["planned_s"], row["actual_s"]) for row in report["phases"]] == [
        (4 * 3600, 30 * 60),
        (4 * 3600, 10 * 60),
        (4 * 3600, 0),
    ]
    assert report["gate_overrides"] == [{"phase": "transition", "reason": reason}]


def test_percentiles_are_values_that_occurred():
    values = list(range(1, 201))
    assert [percentile(values, part) for part in (50, 99, 100)] == [100, 198, 200]
    assert percentile([7], 99) == 7
    assert percentile([], 99) == 0


def test_it_reads_well_on_a_terminal():
    drill = played()
    with frozen(drill.now):
        words = as_text(report_of(drill))
    assert "2 of 3 released, 0 lost, 0 released twice; 1 standby" in words
    assert "accomplished" not in words
