"""Text in one form, whatever keyboard or file it comes from."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from units.text import canonical


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Sở Công Thương", "Sở Công Thương"),
        (unicodedata.normalize("NFD", "Sở Công Thương"), "Sở Công Thương"),
        ("a\r\nb\rc\u2028d\x85e\x0bf", "a\nb\nc\nd\ne\nf"),
        ("a\u200bb\ufeffc\x00d\x7fe\ud800f\ufffeg", "abcdefg"),
        ("  a\tb  ", "  a\tb  "),
        ("👩\u200d🚒", "👩\u200d🚒"),
    ],
)
def test_text_is_kept_in_one_form(written: str, kept: str) -> None:
    assert canonical(written) == kept


@given(st.text(st.characters()))
def test_the_form_is_final_and_can_be_stored(text: str) -> None:
    once = canonical(text)
    assert canonical(once) == once
    assert "\r" not in once
    once.encode()
