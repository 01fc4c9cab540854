"""The exercise clock: any sequence of operations keeps position and due moment inverse to each
other.
"""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exercise.clock import PACE_MAX, PACE_MIN, Clock, frozen, wall_us

SECOND = 1_000_000
T0 = 1_700_000_000 * SECOND

rates = st.integers(PACE_MIN, PACE_MAX)
spans = st.integers(0, 3 * 24 * 3600 * SECOND)
operations = st.lists(
    st.tuples(
        spans,
        st.one_of(
            st.just(("pause", 0)),
            st.just(("resume", 0)),
            st.tuples(st.just("pace"), rates),
            st.tuples(st.just("jump"), st.integers(0, 24 * 3600 * SECOND)),
        ),
    ),
    max_size=40,
)


def apply(clock: Clock, now: int, operation: tuple[str, int]) -> Clock:
    name, argument = operation
    if name == "pause":
        return clock.paused(now)
    if name == "resume":
        return clock.resumed(now)
    if name == "pace":
        return clock.paced(now, argument)
    return clock.jumped(now, clock.position_us(now) + argument)


@given(operations)
def test_it_agrees_with_exact_integration_under_any_sequence(steps):
    now, clock = T0, Clock(T0, 0, 1000, True)
    exact = Fraction(0)
    for span, operation in steps:
        if clock.running:
            exact += Fraction(span * clock.rate_permille, 1000)
        now += span
        if operation[0] == "jump":
            exact += operation[1]
        clock = apply(clock, now, operation)
        assert 0 <= exact - clock.position_us(now) <= len(steps)


@given(rates, st.integers(0, 10**12), st.integers(0, 10**12))
def test_the_due_moment_is_the_first_at_which_the_offset_is_reached(rate, anchor, ahead):
    clock = Clock(T0, anchor, rate, True)
    due = clock.due_wall_us(anchor + ahead)
    assert clock.position_us(due) >= anchor + ahead
    assert due == T0 or clock.position_us(due - 1) < anchor + ahead


@given(operations, st.integers(0, 10**11), st.integers(0, 10**11))
def test_a_pause_keeps_the_spacing_of_what_is_to_come(steps, first, gap):
    now, clock = T0, Clock(T0, 0, 1000, True)
    for span, operation in steps:
        now += span
        clock = apply(clock, now, operation)
    clock = clock.resumed(now)
    offset = clock.position_us(now) + first
    paused = clock.paused(now)
    later = paused.resumed(now + 17 * 3600 * SECOND)
    before = clock.due_wall_us(offset + gap) - clock.due_wall_us(offset)
    assert later.due_wall_us(offset + gap) - later.due_wall_us(offset) == before
    assert later.due_wall_us(offset) - clock.due_wall_us(offset) == 17 * 3600 * SECOND


def test_nothing_is_due_while_it_stands():
    assert Clock(T0, 5, 1000, False).due_wall_us(1) is None


def test_a_wall_clock_set_back_does_not_turn_exercise_time_back():
    assert Clock(T0, 7 * SECOND, 1000, True).position_us(T0 - 90 * SECOND) == 7 * SECOND


@pytest.mark.parametrize("rate", [0, PACE_MIN - 1, PACE_MAX + 1, -1000])
def test_a_pace_outside_its_limits_is_an_error(rate):
    with pytest.raises(ValueError, match=str(rate)):
        Clock(T0, 0, 1000, True).paced(T0, rate)


def test_it_does_not_jump_backwards():
    with pytest.raises(ValueError, match="9"):
        Clock(T0, 10, 1000, False).jumped(T0, 9)


def test_frozen_time_ends_with_its_block():
    with frozen(123):
        assert wall_us() == 123
    assert wall_us() > T0
