"""Text in one form, whatever keyboard or file it comes from."""

from __future__ import annotations

import json
import unicodedata

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from units import text
from units.models import Unit
from units.text import SHORT, Text, canonical


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
def test_the_form_is_final_and_can_be_stored(words: str) -> None:
    once = canonical(words)
    assert canonical(once) == once
    assert "\r" not in once
    once.encode()


@pytest.mark.django_db
@pytest.mark.parametrize("length", [SHORT - 1, SHORT, SHORT + 1, 4 * SHORT])
def test_what_is_stored_is_read_again_whether_it_is_remembered_or_not(length: int) -> None:
    english = "Department"
    bare = len(json.dumps({"vi": "Sở ", "en": english}))
    said = Text("Sở " + "a" * (length - bare), english)
    assert len(json.dumps(said.as_dict())) == length
    text._as_kept.cache_clear()
    unit = Unit.objects.create(code="SO", name=said)
    for _time in range(2):
        found = Unit.objects.only("name").get(pk=unit.pk).name
        assert isinstance(found, Text)
        assert found == said
    if connection.vendor == "sqlite":
        hits = text._as_kept.cache_info().hits
        assert (hits > 0) == (length <= SHORT)
