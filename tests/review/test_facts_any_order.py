"""Facts do not hang on the order in which units that work side by side were journalled."""

from __future__ import annotations

import statistics

import pytest
from hypothesis import given
from hypothesis import settings as settings_of
from hypothesis import strategies as st

from exercise.review.facts import Spread, facts_from, peak_load, read_plan
from exercise.review.facts.course import entries_of
from tests.factories import entry, make_drill
from tests.players.test_play import play, players_of

pytestmark = pytest.mark.django_db

OF_UNITS = frozenset(
    {
        "tasking_opened",
        "tasking_acknowledged",
        "tasking_started",
        "tasking_reported",
        "tasking_completed",
        "posture_reported",
    }
)
"""What a unit does itself; everything else is done to it and stays where it is."""


def interleaved(draw, entries):
    """The same entries; between two that concern others, each unit's in their own order."""
    told, waiting = [], {}

    def flush():
        while waiting:
            unit = draw(st.sampled_from(sorted(waiting)))
            told.append(waiting[unit].pop(0))
            if not waiting[unit]:
                del waiting[unit]

    for one in entries:
        if one.kind in OF_UNITS:
            waiting.setdefault(one.unit, []).append(one)
        else:
            flush()
            told.append(one)
    flush()
    return told


def test_the_facts_are_the_same_in_any_order_of_independent_units(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    codes = ["U1", "U2", "U3"]
    injects = [
        entry(f"1.0{n}", 15 * n, codes, mandatory=n == 1, complete_within_s=1800) for n in (1, 2)
    ]
    drill = make_drill(codes, injects)
    play(drill, players_of(drill, late={"U2"}), minutes=75)
    plan, entries = read_plan(drill.fresh()), list(entries_of(drill.exercise))
    facts = facts_from(plan, entries)
    changed = 0

    @settings_of(max_examples=20)
    @given(st.data())
    def any_order(data):
        nonlocal changed
        told = interleaved(data.draw, entries)
        changed += told != entries
        assert facts_from(plan, told) == facts

    any_order()
    assert changed
    assert len(facts.taskings) == 6


@given(st.lists(st.integers(0, 10**12), min_size=2))
def test_quartiles_lie_where_spreadsheets_put_them(lengths):
    spread = Spread.of(lengths)
    q1, median, q3 = statistics.quantiles(sorted(lengths), n=4, method="inclusive")
    assert (spread.n, spread.min_us, spread.max_us) == (len(lengths), min(lengths), max(lengths))
    found = (spread.q1_us, spread.median_us, spread.q3_us)
    for one, exactly in zip(found, (q1, median, q3), strict=True):
        assert exactly - 1 < one <= exactly + 1e-3


def test_one_length_is_its_own_spread_and_none_has_none():
    assert Spread.of([7]) == Spread(1, 7, 7, 7, 7, 7)
    assert Spread.of([]) == Spread(0, None, None, None, None, None)


@given(st.lists(st.integers(0, 60)), st.integers(1, 20))
def test_the_peak_is_the_fullest_window_that_begins_with_a_delivery(moments, window):
    loads = [(sum(at <= one < at + window for one in moments), -at) for at in moments]
    most, first = max(loads, default=(0, None))
    assert peak_load(moments, window) == (most, None if first is None else -first)
