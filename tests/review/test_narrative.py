"""A chapter's text as paragraphs, with the moments it refers to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exercise.review.report.narrative import paragraphs, references
from exercise.review.report.values import Run

MOMENTS = {3: 60, 12: 120}


def read(text):
    return paragraphs(text, MOMENTS, lambda us: f"N1 {us}")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ()),
        (" \n\n ", ()),
        ("Một\n\n  Hai  \nBa", ((("Một", None),), (("Hai", None),), (("Ba", None),))),
        ("Xem [[3]].", ((("Xem ", None), ("N1 60", 3), (".", None)),)),
        ("[[ 12 ]]", ((("N1 120", 12),),)),
        ("[[3]][[12]]", ((("N1 60", 3), ("N1 120", 12)),)),
        ("Không có [[4]]", ((("Không có [[4]]", None),),)),
        ("[[x]] [3] [[-3]]", ((("[[x]] [3] [[-3]]", None),),)),
    ],
)
def test_lines_are_paragraphs_and_numbers_in_brackets_are_moments(text, said):
    assert read(text) == tuple(tuple(Run(*run) for run in line) for line in said)


@given(st.text(alphabet="[]12 \nễ<", max_size=40))
def test_nothing_that_was_written_is_lost(text):
    shown = ["".join(f"[[{r.seq}]]" if r.seq else r.text for r in line) for line in read(text)]
    written = [line.strip() for line in text.splitlines() if line.strip()]
    assert [line.replace(" ", "") for line in shown] == [line.replace(" ", "") for line in written]


def test_the_references_of_a_text():
    assert references("[[3]] và [[12]], [[3]] nhưng không [[1234567890]]") == {3, 12}
