"""The width of a page shared out among the columns of a table."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from exercise.review.outline.values import Column, widths

columns = st.lists(
    st.builds(
        Column, st.text("ab ", max_size=30), numeric=st.just(False), weight=st.integers(1, 12)
    ),
    min_size=1,
    max_size=12,
)


def test_weights_alone_share_it_out():
    assert widths([Column("a", weight=1), Column("b", weight=3)], 403) == [100, 303]


def test_a_heading_has_room_for_its_words_and_the_others_share_the_rest():
    heads = [Column("Overdue", weight=1), Column("Title", weight=6), Column("Done", weight=3)]
    assert widths(heads, 1000, letter=20, margins=10) == [150, 566, 284]


def test_a_very_long_word_leaves_room_for_the_texts():
    heads = [Column("Acknowledgement", weight=1), Column("Title", weight=1)]
    assert widths(heads, 300, letter=20, margins=10) == [190, 110]


@given(columns, st.integers(100, 10_000), st.integers(0, 120), st.integers(0, 120))
def test_all_of_it_is_given_away_and_nobody_goes_without(heads, whole, letter, margins):
    parts = widths(heads, whole, letter=letter, margins=margins)
    assert sum(parts) == whole
    assert min(parts) >= 0
    assert len(parts) == len(heads)
