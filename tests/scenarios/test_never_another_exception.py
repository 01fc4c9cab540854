"""Whatever a file holds: a document or its problems, never another exception."""

from __future__ import annotations

import copy
import json
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scenarios.reading import Document, ScenarioProblems, read
from tests.scenarios.small import SMALL, sample_data

FUZZ = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
odd_text = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        ["N1 07:05", "N9 25:00", "1h", "-1h", "0m", "ALL", "1.01", "BGD", "\0", "\ud800"]
    ),
)
odd_value = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | odd_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(odd_text, inner, max_size=3),
    max_leaves=4,
)


def places_in(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place of plain data, its root left out."""
    keys = list(node) if isinstance(node, dict) else range(len(node)) if type(node) is list else ()
    found = []
    for key in keys:
        found += [(*path, key), *places_in(node[key], (*path, key))]
    return found


SMALL_DATA = yaml.safe_load(SMALL)
SMALL_PLACES = places_in(SMALL_DATA)
SAMPLE_PLACES = places_in(sample_data())


def mutate(draw: st.DataObject, whole: Any, places: list[tuple[Any, ...]]) -> Any:
    """Plain data with one to three of its nodes deleted or replaced."""
    whole = copy.deepcopy(whole)
    for _turn in range(draw.draw(st.integers(1, 3))):
        *above, key = draw.draw(st.sampled_from(places))
        parent = whole
        try:
            for step in above:
                parent = parent[step]
            if draw.draw(st.booleans()):
                del parent[key]
            else:
                parent[key] = draw.draw(odd_value)
        except (KeyError, IndexError, TypeError):
            continue  # an earlier mutation took the place away
    return whole


def read_or_refuse(data: bytes) -> None:
    try:
        problems = [] if isinstance(read(data), Document) else None
    except ScenarioProblems as caught:
        problems = caught.problems or None
    assert problems is not None
    for one in problems:
        assert one.message
        json.dumps(one.as_dict()).encode()
        str(one).encode()


@FUZZ
@given(st.data())
def test_a_small_scenario_with_anything_replaced_is_read_or_refused(draw: st.DataObject) -> None:
    read_or_refuse(json.dumps(mutate(draw, SMALL_DATA, SMALL_PLACES)).encode())


@settings(FUZZ, max_examples=10)
@given(st.data())
def test_the_sample_with_anything_replaced_is_read_or_refused(draw: st.DataObject) -> None:
    read_or_refuse(json.dumps(mutate(draw, sample_data(), SAMPLE_PLACES)).encode())


@FUZZ
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_random_bytes_are_refused(data: bytes) -> None:
    read_or_refuse(data)


@FUZZ
@given(
    st.integers(0, len(SMALL)), st.integers(0, 30), st.text("[]{}&*!-:,\"'|>#%@ \n\tx1", max_size=6)
)
def test_a_torn_file_is_read_or_refused(start: int, cut: int, put: str) -> None:
    read_or_refuse((SMALL[:start] + put + SMALL[start + cut :]).encode())
