"""Checks of a scenario: each code where it belongs and not beside it; no draft breaks them."""

from __future__ import annotations

import json
import re
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scenarios.calendar import MINUTE_US
from scenarios.checks import BIN_US, MOST_PER_BIN, SEVERITY, Finding, Severity, check, load, load_of
from scenarios.reading import document as doc
from scenarios.reading import read, sample_path
from tests.scenarios.drafts import (
    SOUND,
    Change,
    added,
    at,
    both,
    changed,
    entry,
    every,
    inject,
    part,
    top,
    without,
)
from units.text import Text

Changes = tuple[Change, ...]


def waits(number: str, event: str = "completed", delay_s: int = 0) -> dict[str, Any]:
    return {"planned_us": None, "mandatory": False, "trigger": doc.Trigger(number, event, delay_s)}


def standby(number: str, waits_for: str) -> doc.Entry:
    return replace(inject(number, None), **waits(waits_for))


def plan(phase: str, starts_us: int, ends_us: int) -> Change:
    return part("phases", phase, starts_us=starts_us, ends_us=ends_us)


def stand_down(starts_us: int, ends_us: int) -> Change:
    return top(stand_downs=(doc.StandDown(both("Nghỉ"), starts_us, ends_us),))


def gate(*numbers: str) -> Change:
    return part(
        "phases", "transition", conditions=(doc.Condition("K", both("Xong"), tuple(numbers)),)
    )


def short(number: str, minute: int, **changes: Any) -> doc.Entry:
    return inject(number, at(0, minute), addressees=("VP",), **changes)


def long_title(length: int) -> Change:
    return entry("1.1", title=Text("x" * length, "y"))


THREE = (short("1.21", 31), short("1.22", 33), short("1.23", 35))
LONELY = top(units=(*SOUND.units, doc.Unit("KHO", both("Kho"), Text(), None, True)))
LONELY_LEAD = top(people=(*SOUND.people, doc.Person("thukho", "Thủ kho", "lead", "KHO")))
TO_KHO = entry("1.2", addressees=("BGD", "KHO"))
LONG_FIRST_PHASE = (
    plan("transition", at(0), at(4)),
    plan("preparation", at(4), at(5)),
    plan("execution", at(5), at(6)),
    entry("2.1", planned_us=at(4, 5)),
    entry("3.1", planned_us=at(5, 5)),
)

CASES: list[tuple[str, str, Changes, Changes]] = [
    # (code, code of the place, what has it, what almost has it)
    ("phase_missing", "execution", (top(phases=SOUND.phases[:2]),), ()),
    ("phase_window", "execution", (plan("execution", at(3), at(3)),), ()),
    ("phase_window", "execution", (plan("execution", at(2, 59), at(4)),), ()),
    ("phase_window", "transition", (plan("transition", at(0) - 1, at(2)),), ()),
    ("phase_window", "transition", (plan("transition", at(0), at(1, 10)),), ()),
    (
        "phase_window",
        "preparation",
        (stand_down(at(2), at(2, 5)),),
        (stand_down(at(1, 55), at(2)),),
    ),
    ("stand_down_window", "1", (stand_down(at(1), at(1)),), (stand_down(at(1), at(1, 1)),)),
    ("stand_down_window", "1", (stand_down(at(3, 30), at(4, 1)),), ()),
    (
        "stand_down_window",
        "2",
        (top(stand_downs=(*SOUND.stand_downs, doc.StandDown(both("B"), at(1, 20), at(1, 40)))),),
        (top(stand_downs=(*SOUND.stand_downs, doc.StandDown(both("B"), at(1, 50), at(1, 55)))),),
    ),
    (
        "phase_without_injects",
        "execution",
        (without("3.1"),),
        (entry("3.1", release="manual"),),
    ),
    ("before_start", "1.1", (entry("1.1", planned_us=-1),), (entry("1.1", planned_us=0),)),
    (
        "outside_phase",
        "1.3",
        (entry("1.3", planned_us=at(2)),),
        (entry("1.3", planned_us=at(2) - 1),),
    ),
    (
        "in_stand_down",
        "1.2",
        (entry("1.2", planned_us=at(1)),),
        (entry("1.2", planned_us=at(1, 30)),),
    ),
    (
        "mandatory_without_deadline",
        "1.1",
        (entry("1.1", complete_within_s=None),),
        (entry("1.1", complete_within_s=None, mandatory=False, reply="none"),),
    ),
    (
        "mandatory_past_phase",
        "1.3",
        (entry("1.3", planned_us=at(1, 40) + 1),),
        (entry("1.3", planned_us=at(1, 40)),),
    ),
    (  # play time: thirty minutes from 0:50 on are over at 1:50, the break left out
        "mandatory_past_phase",
        "1.2",
        (entry("1.2", planned_us=at(0, 50), complete_within_s=41 * 60),),
        (entry("1.2", planned_us=at(0, 50), complete_within_s=40 * 60),),
    ),
    (
        "deadline_past_end",
        "3.1",
        (entry("3.1", complete_within_s=56 * 60, mandatory=False),),
        (entry("3.1", complete_within_s=55 * 60, mandatory=False),),
    ),
    (
        "deadline_in_stand_down",
        "1.2",
        (entry("1.2", planned_us=at(0, 45)),),
        (entry("1.2", planned_us=at(0, 40)),),
    ),
    (  # for information: the acknowledgement
        "deadline_in_stand_down",
        "1.2",
        (
            entry(
                "1.2", planned_us=at(0, 57), complete_within_s=None, mandatory=False, reply="none"
            ),
        ),
        (
            entry(
                "1.2", planned_us=at(0, 55), complete_within_s=None, mandatory=False, reply="none"
            ),
        ),
    ),
    (
        "deadline_across_stand_down",
        "1.2",
        (entry("1.2", planned_us=at(0, 45), complete_within_s=45 * 60),),
        (entry("1.2", planned_us=at(0, 45), complete_within_s=44 * 60),),
    ),
    (
        "acknowledge_after_complete",
        "1.1",
        (entry("1.1", acknowledge_within_s=1201),),
        (entry("1.1", acknowledge_within_s=1200),),
    ),
    (
        "reply_without_deadline",
        "1.1",
        (entry("1.1", mandatory=False, complete_within_s=None),),
        (entry("1.1", mandatory=False, complete_within_s=None, reply="none"),),
    ),
    ("at_second_zero", "1.1", (entry("1.1", planned_us=0),), (entry("1.1", planned_us=1),)),
    ("number_order", "1.1", (entry("1.1", planned_us=at(1, 31)),), ()),
    (  # 1.10 comes after 1.9
        "number_order",
        "1.9",
        (added(inject("1.9", at(1, 34)), inject("1.10", at(1, 33))),),
        (added(inject("1.9", at(1, 32)), inject("1.10", at(1, 33))),),
    ),
    (
        "overload",
        "VP",
        (added(*THREE, short("1.24", 45)),),
        (added(*THREE, short("1.24", 46)),),
    ),
    (
        "same_minute",
        "1.11",
        (added(inject("1.11", at(0, 5) + 59 * 1_000_000)),),
        (added(inject("1.11", at(0, 6))),),
    ),
    (  # idle from 1:50 on
        "silence",
        "VP",
        (*LONG_FIRST_PHASE, added(inject("1.5", at(3, 20)))),
        (*LONG_FIRST_PHASE, added(inject("1.5", at(3, 19)))),
    ),
    ("unit_without_injects", "KHO", (LONELY,), (LONELY, LONELY_LEAD, TO_KHO)),
    (
        "trigger_cycle",
        "1.4",
        (added(standby("1.5", "1.4")), entry("1.4", **waits("1.5"))),
        (added(standby("1.5", "1.4")),),
    ),
    (
        "never_overdue",
        "1.4",
        (entry("1.1", complete_within_s=None, acknowledge_within_s=None),),
        (entry("1.1", complete_within_s=None),),
    ),
    (
        "dead_branch",
        "1.5",
        (
            entry("1.1", complete_within_s=None, acknowledge_within_s=None),
            added(standby("1.5", "1.4")),
        ),
        (added(standby("1.5", "1.4")),),
    ),
    (  # it reaches nobody
        "dead_branch",
        "1.4",
        (entry("1.1", addressees=("UB",)),),
        (entry("1.1", addressees=("UB", "VP")),),
    ),
    (
        "trigger_with_time",
        "1.2",
        (entry("1.2", trigger=doc.Trigger("1.1", "completed", 0)),),
        (),
    ),
    (
        "trigger_later_phase",
        "1.4",
        (entry("1.4", **waits("2.1")),),
        (added(standby("2.2", "1.1")),),
    ),
    (
        "trigger_past_phase",
        "1.4",
        (entry("1.4", **waits("1.1", "overdue", 65 * 60)),),
        (entry("1.4", **waits("1.1", "overdue", 64 * 60)),),
    ),
    (  # due half an hour after it comes at the earliest
        "mandatory_past_phase",
        "1.4",
        (entry("1.4", **waits("1.1", "overdue", 50 * 60) | {"mandatory": True}),),
        (entry("1.4", **waits("1.1", "overdue", 30 * 60) | {"mandatory": True}),),
    ),
    (
        "trigger_manual",
        "3.3",
        (added(standby("3.3", "3.2")),),
        (added(standby("3.3", "3.1")),),
    ),
    ("nothing_releases", "3.2", (entry("3.2", release="auto"),), ()),
    (
        "gate_never",
        "transition/K",
        (gate("1.4"), entry("1.1", complete_within_s=None, acknowledge_within_s=None)),
        (gate("1.4"),),
    ),
    ("gate_never", "transition/K", (gate("1.2"), entry("1.2", addressees=("UB",))), (gate("1.2"),)),
    (
        "gate_later_phase",
        "transition/K",
        (gate("1.4"), entry("1.4", **waits("2.1"))),
        (gate("1.4"), entry("1.4", **waits("1.1"))),
    ),
    (
        "gate_on_overdue",
        "transition/K",
        (gate("1.4"),),
        (gate("1.4"), entry("1.4", **waits("1.1"))),
    ),
    (
        "gate_manual",
        "transition/K",
        (entry("1.1", release="manual"),),
        (entry("1.2", release="manual"),),
    ),
    (
        "gate_empty",
        "execution",
        (entry("3.1", mandatory=False),),
        (
            entry("3.1", mandatory=False),
            part("phases", "execution", conditions=(doc.Condition("K", both("X"), ("3.1",)),)),
        ),
    ),
    ("condition_empty", "transition/K", (gate(),), ()),
    ("nobody_addressed", "1.2", (entry("1.2", addressees=()),), ()),
    ("addressee_not_participating", "1.2", (entry("1.2", addressees=("BGD", "UB")),), ()),
    (
        "nobody_participates",
        "",
        (
            part("units", "BGD", participates=False),
            part("units", "VP", participates=False),
        ),
        (part("units", "BGD", participates=False),),
    ),
    (
        "unit_without_people",
        "KHO",
        (LONELY, TO_KHO),
        (LONELY, LONELY_LEAD, TO_KHO),
    ),
    ("unit_without_lead", "VP", (part("people", "chanh", role="staff"),), ()),
    ("person_without_unit", "chanh", (part("people", "chanh", unit="UB"),), ()),
    ("person_without_unit", "chanh", (part("people", "chanh", unit=None),), ()),
    ("no_director", "", (part("people", "dao", role="controller"),), ()),
    ("no_evaluator", "", (top(people=SOUND.people[:3]),), ()),
    ("no_objectives", "", (top(objectives=()), every(objectives=())), ()),
    ("objective_untested", "MT2", (every(objectives=("MT1",)),), ()),
    (
        "objective_tested_once",
        "MT2",
        (every(objectives=("MT1",)), entry("1.2", objectives=("MT2",))),
        (
            every(objectives=("MT1",)),
            entry("1.2", objectives=("MT2",)),
            entry("1.3", objectives=("MT2",)),
        ),
    ),
    ("inject_without_objective", "1.2", (entry("1.2", objectives=()),), ()),
    ("problem_unused", "P1", (entry("1.1", problem=None),), ()),
    (
        "problem_other_phase",
        "2.1",
        (entry("2.1", problem="P1"),),
        (entry("1.2", problem="P1"),),
    ),
    ("missing_title", "1.1", (entry("1.1", title=Text(" ", "")),), ()),
    ("missing_translation", "1.1", (entry("1.1", content=Text("Nội dung")),), ()),
    ("missing_translation", "1.1", (entry("1.1", title=Text("", "Title")),), ()),
    (
        "missing_translation",
        "1.1",
        (entry("1.1", expected_actions=(both("A"), Text("B"))),),
        (entry("1.1", sender=Text()),),
    ),
    ("missing_translation", "VP", (part("units", "VP", short=Text("VP")),), ()),
    ("missing_translation", "MT1", (part("objectives", "MT1", description=Text("M")),), ()),
    (
        "missing_translation",
        "1",
        (top(stand_downs=(doc.StandDown(Text("Nghỉ"), at(1), at(1, 30)),)),),
        (top(stand_downs=(doc.StandDown(Text(), at(1), at(1, 30)),)),),
    ),
    ("no_content", "1.1", (entry("1.1", content=Text()),), (entry("1.1", content=Text("", "W")),)),
    ("no_expected_actions", "1.1", (entry("1.1", expected_actions=()),), ()),
    (
        "same_content",
        "1.3",
        (entry("1.3", title=Text("VIỆC  1.1!"), content=Text("noi dung 1.1")),),
        (entry("1.3", title=both("Việc 1.1")),),
    ),
    (  # under another title
        "same_content",
        "1.3",
        (entry("1.3", content=Text("Nói dùng 1.1!")),),
        (entry("1.3", content=both("")),),
    ),
    (
        "similar_title",
        "1.3",
        (
            entry("1.1", title=both("Gửi báo cáo nhanh")),
            entry("1.3", title=both("Báo cáo, gửi nhanh")),
        ),
        (
            entry("1.2", title=both("Gửi báo cáo nhanh")),
            entry("1.3", title=both("Báo cáo, gửi nhanh"), addressees=("VP",)),
        ),
    ),
    ("long_title", "1.1", (long_title(91),), (long_title(90),)),
    (
        "long_unit_name",
        "VP",
        (part("units", "VP", name=both("v" * 29)),),
        (part("units", "VP", name=both("v" * 29), short=both("VP")),),
    ),
    ("unknown_reference", "1.2", (entry("1.2", addressees=("BGD", "XX")),), ()),
    ("unknown_reference", "1.2", (entry("1.2", objectives=("MT1", "XX")),), ()),
    ("unknown_reference", "1.2", (entry("1.2", problem="XX"),), ()),
    ("unknown_reference", "1.4", (entry("1.4", **waits("9.9")),), ()),
    ("unknown_reference", "transition/K", (gate("1.1", "9.9"),), ()),
    ("unknown_reference", "chanh", (part("people", "chanh", unit="XX"),), ()),
    ("unknown_reference", "VP", (part("units", "VP", parent="XX"),), ()),
    ("unknown_value", "1.2", (entry("1.2", method=""),), ()),
    ("unknown_value", "1.2", (entry("1.2", phase="after"),), ()),
    ("unknown_value", "1.4", (entry("1.4", **waits("1.1", "late")),), ()),
    ("unknown_value", "dao", (part("people", "dao", role="king"),), ()),
]


def found(document: doc.Document) -> set[tuple[str, str]]:
    return {(one.code, one.place.code) for one in check(document)}


def test_a_sound_scenario_has_no_findings() -> None:
    assert check(SOUND) == []


@pytest.mark.parametrize(("code", "place", "has", "almost"), CASES)
def test_a_finding_is_told_where_it_belongs_and_not_beside_it(
    code: str, place: str, has: Changes, almost: Changes
) -> None:
    assert (code, place) in found(changed(*has))
    assert (code, place) not in found(changed(*almost))


def test_every_code_has_its_case() -> None:
    # The last is told of a version in the database alone: test_check_scenario.py.
    others = {"one_language", "approved_altered"}
    assert {code for code, *_rest in CASES} | others == set(SEVERITY)


# ── what a finding says ─────────────────────────────────────────────────────────────────────────
def the(code: str, document: doc.Document) -> Finding:
    (one,) = [one for one in check(document) if one.code == code]
    return one


def one_side(document: doc.Document, side: str) -> doc.Document:
    """The document in one language."""

    def cut(node: Any) -> Any:
        if isinstance(node, Text):
            return Text(**{side: getattr(node, side)})
        if isinstance(node, tuple):
            return tuple(cut(one) for one in node)
        if hasattr(node, "__dataclass_fields__"):
            names = node.__dataclass_fields__
            return replace(node, **{name: cut(getattr(node, name)) for name in names})
        return node

    whole = cut(document)
    assert isinstance(whole, doc.Document)
    return whole


def test_a_scenario_in_one_language_is_told_so_once() -> None:
    for side in ("vi", "en"):
        one = the("one_language", one_side(SOUND, side))
        assert one.severity == Severity.ADVICE
        assert [other.code for other in check(one_side(SOUND, side))] == ["one_language"]


def test_a_deadline_that_falls_into_lunch_is_told_with_the_one_that_counts() -> None:
    data = sample_path().read_text()
    document = read(
        data.replace('at: "N1 10:45"', 'at: "N1 11:20"', 1)
        .replace("complete_within: 45m", "complete_within: 30m")
        .encode()
    )
    messages = [one.message for one in check(document) if one.code == "deadline_in_stand_down"]
    assert any("N1 11:50" in message and "N1 13:20" in message for message in messages)


def test_words_follow_the_language_of_the_reader() -> None:
    document = changed(entry("1.2", planned_us=at(0, 45)))
    with override("vi"):
        assert "N1 08:35" in the("deadline_in_stand_down", document).message
    with override("en"):
        assert "D1 08:35" in the("deadline_in_stand_down", document).message


def test_all_that_lacks_a_translation_in_an_inject_is_one_finding() -> None:
    one = the(
        "missing_translation",
        changed(
            entry("1.1", content=Text("W"), sender=Text("S"), expected_actions=(Text("A"),) * 9)
        ),
    )
    assert one.place.field == "content"
    with override("vi"):
        assert one.message.count(",") == 2


def test_idle_time_runs_on_over_a_break_and_into_the_next_phase() -> None:
    quiet = changed(without("1.3"), entry("2.1", planned_us=at(2, 30)))
    one = [one for one in check(quiet) if one.code == "silence" and one.place.code == "VP"]
    # From 0:25, when 1.1 is due, to 2:30, less half an hour of break.
    assert [(o.place.at_us, "1h35m" in o.message) for o in one] == [(25 * MINUTE_US, True)]
    with override("vi"):
        assert "N1 07:25 – N1 09:30" in one[0].message


def test_time_between_two_phases_is_no_idle_time() -> None:
    apart = (
        plan("preparation", at(12), at(13)),
        plan("execution", at(13), at(14)),
        entry("2.1", planned_us=at(12, 5)),
        entry("3.1", planned_us=at(13, 5)),
    )
    assert check(changed(*apart)) == []


def test_the_worst_comes_first_and_the_order_of_the_list_does_not_matter() -> None:
    document = changed(
        entry("1.2", addressees=()), entry("1.3", content=Text("x")), entry("3.1", objectives=())
    )
    findings = check(document)
    severities = [list(Severity).index(one.severity) for one in findings]
    assert severities == sorted(severities)
    assert len(set(severities)) == 3
    backwards = replace(document, msel=document.msel[::-1])
    assert check(backwards) == findings


def test_the_sample_has_nothing_but_units_that_wait() -> None:
    findings = check(read(sample_path()))
    assert {one.code for one in findings} == {"silence"}
    told = {(one.place.code, one.message.split(",")[0].split()[-1]) for one in findings}
    assert ("XD", "3h45m") in told
    assert {code for code, _length in told}.isdisjoint({"QLCN", "TTS"})


# ── the heat map ────────────────────────────────────────────────────────────────────────────────
def test_the_heat_map_counts_injects_by_unit_and_quarter_of_an_hour_of_play() -> None:
    bins, found = load(SOUND)
    assert list(found) == ["BGD", "VP"]
    assert bins == 14  # four hours less half an hour of break
    assert found["VP"].counts == {0: 1, 4: 1, 6: 1, 10: 1}
    assert found["BGD"].counts[2] == 1


@given(st.lists(st.integers(0, 90).map(lambda minutes: minutes * MINUTE_US), max_size=20))
def test_what_is_red_is_what_is_too_much_within_any_15_minutes(times: list[int]) -> None:
    times.sort()
    found = load_of(times)
    assert sum(found.counts.values()) == len(times)
    crowded = {
        us
        for first in times
        if len(some := [us for us in times if first <= us < first + BIN_US]) > MOST_PER_BIN
        for us in some
    }
    told = {us for one in found.overloads for us in times[one.first : one.last + 1]}
    assert told == crowded
    red = {place for place in found.counts if found.overload_in(place)}
    assert red == {us // BIN_US for us in crowded}
    for one in found.overloads:
        assert (one.from_us, one.to_us) == (times[one.first], times[one.last])
        most = max(
            len([us for us in times if first <= us < first + BIN_US])
            for first in times[one.first : one.last + 1]
        )
        assert one.most == most > MOST_PER_BIN


def test_the_heat_map_of_a_draft_ends_somewhere() -> None:
    far = changed(entry("1.1", planned_us=2**62), entry("1.2", planned_us=-(2**62)))
    bins, found = load(far)
    assert sum(found["VP"].counts.values()) == 3
    assert bins * BIN_US == 60 * 24 * 60 * MINUTE_US
    assert load(replace(SOUND, msel=(), phases=())) == (0, {"BGD": ({}, []), "VP": ({}, [])})


def test_a_deadline_after_a_break_without_end_is_told_as_a_distance() -> None:
    endless = doc.StandDown(both("Nghỉ"), 60 * MINUTE_US, 2**58)
    document = changed(entry("1.1", planned_us=50 * MINUTE_US, complete_within_s=900))
    assert check(replace(document, stand_downs=(endless,)))


# ── whatever comes ──────────────────────────────────────────────────────────────────────────────
names = st.sampled_from(["", "A", "B", "1.1", "1.2", "1.10", "\0"])
times = st.integers(0, 30).map(lambda tens: tens * 10 * MINUTE_US) | st.integers(-(2**62), 2**62)
texts = st.builds(Text, vi=st.sampled_from(["", "Đi", "đi!"]), en=st.sampled_from(["", "go"]))
phases = st.sampled_from(["transition", "preparation", "execution", "before", ""])
several = st.lists(names, max_size=3).map(tuple)
seconds = st.none() | st.integers(0, 9000)
entries = st.builds(
    doc.Entry,
    number=names,
    phase=phases,
    planned_us=st.none() | times,
    problem=st.none() | names,
    sender=texts,
    addressees=several,
    method=st.sampled_from(["document", "", "fax"]),
    title=texts,
    content=texts,
    expected_actions=st.lists(texts, max_size=2).map(tuple),
    objectives=several,
    acknowledge_within_s=seconds,
    complete_within_s=seconds,
    mandatory=st.booleans(),
    reply=st.sampled_from(["none", "text", ""]),
    release=st.sampled_from(["auto", "manual", ""]),
    trigger=st.none()
    | st.builds(
        doc.Trigger, names, st.sampled_from(["completed", "overdue", ""]), st.integers(0, 9000)
    ),
)
drafts = st.builds(
    doc.Document,
    code=names,
    title=texts,
    summary=texts,
    timezone=st.just("Asia/Ho_Chi_Minh"),
    starts_at=st.just(SOUND.starts_at),
    stand_downs=st.lists(st.builds(doc.StandDown, texts, times, times), max_size=3).map(tuple),
    phases=st.lists(
        st.builds(
            doc.PhasePlan,
            phases,
            texts,
            times,
            times,
            st.lists(st.builds(doc.Condition, names, texts, several), max_size=2).map(tuple),
        ),
        max_size=4,
    ).map(tuple),
    units=st.lists(
        st.builds(doc.Unit, names, texts, texts, st.none() | names, st.booleans()), max_size=3
    ).map(tuple),
    people=st.lists(
        st.builds(
            doc.Person,
            names,
            names,
            st.sampled_from(["director", "lead", "staff", "evaluator", ""]),
            st.none() | names,
        ),
        max_size=3,
    ).map(tuple),
    objectives=st.lists(st.builds(doc.Objective, names, texts, texts), max_size=2).map(tuple),
    problems=st.lists(st.builds(doc.TrainingProblem, names, phases, texts), max_size=2).map(tuple),
    msel=st.lists(entries, max_size=6).map(tuple),
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(drafts)
def test_any_draft_ends_in_the_same_findings_each_time(document: doc.Document) -> None:
    findings = check(document)
    assert findings == check(document)
    for one in findings:
        assert one.severity == SEVERITY[one.code]
        assert one.message
        assert one.suggestion
        assert str(one.place)
        assert "%(" not in one.message + one.suggestion
        json.dumps(one.as_dict()).encode()
    bins, found = load(document)
    assert all(0 <= place < bins for one in found.values() for place in one.counts)


def test_many_injects_to_many_units_take_no_time_to_speak_of() -> None:
    units = tuple(doc.Unit(f"U{n}", both(f"U{n}"), Text(), None, True) for n in range(100))
    to_all = tuple(unit.code for unit in units)
    chain = (standby(f"1.{n}", f"1.{n + 1}") for n in range(1000))
    timed = (inject(f"1.{n}", n * 1_000_000, addressees=to_all) for n in range(1000, 2000))
    document = replace(SOUND, units=units, msel=(*chain, *timed))
    before = time.process_time()
    check(document)
    assert time.process_time() - before < 6


# ── the page about them ─────────────────────────────────────────────────────────────────────────
def test_the_page_explains_every_code_with_its_severity() -> None:
    page = (Path(django_settings.BASE_DIR) / "docs" / "checks.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \|", page, flags=re.MULTILINE)
    assert len(rows) == len(set(rows))
    assert dict(rows) == {code: severity.value for code, severity in SEVERITY.items()}
