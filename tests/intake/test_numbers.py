"""Free numbers for rows that have none, or one that is taken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.intake.numbers import LONGEST_NUMBER, Numbers

written = st.lists(st.sampled_from(["1.01", "1.02", "1.04", "1.9", "1.10", "A", "A-1", "", "7"]))


@pytest.mark.parametrize(
    ("taken", "number", "free"),
    [
        (["1.01"], "1.01", "1.02"),
        (["1.01", "1.02", "1.03"], "1.01", "1.04"),
        (["1.9"], "1.9", "1.10"),
        (["1.01"], "2.01", "2.01"),
        (["A"], "A", "A-1"),
        (["A", "A-1"], "A", "A-2"),
        (["x" * 20], "x" * 20, "x" * 14 + "-1"),
    ],
)
def test_it_counts_on_to_the_first_free_number(taken: list[str], number: str, free: str) -> None:
    assert Numbers(taken).take_after(number) == free


@given(written, written)
def test_no_number_is_given_twice_and_none_is_passed_over(
    taken: list[str], wanted: list[str]
) -> None:
    numbers, given_out = Numbers(taken), set(taken)
    for number in wanted:
        free = numbers.take_after(number)
        assert free not in given_out
        assert len(free) <= LONGEST_NUMBER
        assert free == Numbers(given_out).take_after(number)
        given_out.add(free)


def test_a_whole_sheet_may_bear_one_number() -> None:
    numbers = Numbers(["1.01"])
    # Counted on from the beginning for each row, this would take minutes.
    given_out = [numbers.take_after("1.01") for _row in range(40_000)]
    assert given_out[-1] == "1.40001"
