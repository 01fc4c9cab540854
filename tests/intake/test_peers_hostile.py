"""Whatever stands in a file of another product, its reader ends in rows or in a refusal."""

from __future__ import annotations

import copy
import json
import random
import time
import unicodedata
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scenarios.intake.mapping import Field
from scenarios.intake.readers import blueprint, openaev, t3sf
from scenarios.intake.reading import Reading, Sheet, Unreadable, Value
from tests.intake.peers import JSON_FILES, READERS, column, load

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(["<p>x</p>", "00:10", "ALL", "\ud800", "\x00", "e\u0301", 10**400]),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


def sound(told: Reading) -> None:
    """What every reading promises to those who use it."""
    assert told.sheets
    assert told.mapping is not None
    places = [one.place for one in told.mapping.columns]
    assert places == list(range(len(places)))
    fields = [one.field for one in told.mapping.columns if one.field != Field.NOTE]
    assert len(fields) == len(set(fields))
    sheet = told.sheets[0]
    for row in sheet.rows:
        assert len(row) <= len(places)
        for cell in row:
            assert cell is None or isinstance(cell, str | int | float | bool)
            if isinstance(cell, str):
                assert cell == cell.strip() != ""
                assert len(cell) <= 20_000
                cell.encode()
    outline = told.outline
    json.dumps([outline.title, outline.summary, outline.units, outline.objectives]).encode()
    told.mapping.as_dict()


def either(reader: ModuleType, data: Any) -> None:
    reader.recognises(data)
    try:
        told = reader.read(data)
    except Unreadable:
        return
    sound(told)


@pytest.mark.parametrize("kind", READERS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=JSON)
def test_any_json_ends_in_a_reading_or_a_refusal(kind: str, data: Any) -> None:
    either(READERS[kind], data)


@pytest.mark.parametrize("name", JSON_FILES)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10**6), replacements=st.lists(JSON, min_size=1, max_size=4))
def test_any_value_at_any_place_of_a_file_does_too(
    name: str, seed: int, replacements: list[Any]
) -> None:
    data = copy.deepcopy(load(name))
    chance = random.Random(seed)
    for value in replacements:
        one = data
        while True:
            keys = list(one) if isinstance(one, dict) else list(range(len(one)))
            if not keys:
                break
            place = chance.choice(keys)
            if not isinstance(one[place], dict | list) or chance.random() < 0.25:
                one[place] = value
                break
            one = one[place]
    either(READERS[name.split("-")[0]], data)


CELL = st.none() | st.text(max_size=8) | st.integers() | st.floats() | st.datetimes() | st.times()


@pytest.mark.parametrize(
    ("reader", "header"),
    [
        (t3sf, ("#", "Real Time", "Date", "Subject", "From", "Player", "Script")),
        (blueprint, ("Control Number", "Move", "Exercise Time", "Simulated Time", "Title", "To")),
    ],
)
@settings(max_examples=20, deadline=None)
@given(rows=st.lists(st.lists(CELL, max_size=9), max_size=5), above=st.integers(0, 3))
def test_any_cells_under_a_peer_s_header_are_understood_as_its(
    reader: ModuleType, header: tuple[str, ...], rows: list[list[Value]], above: int
) -> None:
    cells = ((),) * above + (header,) + tuple(map(tuple, rows))
    told = reader.refine(Reading("csv", (Sheet("s", cells, first_row=1),)))
    assert told is not None
    assert told.mapping is not None
    assert told.mapping.header_row == above + 1
    assert [one.header for one in told.mapping.columns[: len(header)]] == list(header)


def test_text_is_composed_and_cleaned_and_numbers_have_bounds() -> None:
    title = unicodedata.normalize("NFD", "Kế hoạch\r\nđợt 1") + "\x00\x07\ud800"
    rows = [{"#": 10**5_000, "Real Time": "7:00", "Subject": title, "Player": "A", "Script": ""}]
    told = t3sf.read(rows)
    assert column(told, Field.TITLE) == ["Kế hoạch\nđợt 1"]
    assert column(told, Field.NUMBER) == ["∞"]


def deep(depth: int) -> Any:
    data: Any = "đáy"
    for _level in range(depth):
        data = {"trong": data} if depth % 2 else [data]
    return data


HOSTILE = {
    "deep": lambda: {"x": deep(5_000), "y": deep(5_001)},
    "marks": lambda: {"x": "a" + "\u0301\u0327\u0316" * 30_000},
    "tags": lambda: {"x": "<p>" + "<a <!-- <p" * 20_000},
    "many keys": lambda: {f"khóa {number}": number for number in range(5_000)},
    "wide": lambda: {"x": [[number] for number in range(20_000)]},
}


@pytest.mark.parametrize("kind", ["t3sf", "openaev", "cexf", "livefire", "blueprint"])
@pytest.mark.parametrize("how", HOSTILE)
def test_a_hostile_item_costs_little_and_stays_a_row(kind: str, how: str) -> None:
    item = HOSTILE[how]()
    text = item.get("x", "")
    item |= {
        "title": "A",
        "audience": "B",
        "description": text,
        "inject_content": {"body": text, **item},
        "Script": text,
        "Player": text,
        "Real Time": text,
        "Date": text,
        "Subject": text,
        "Title": text,
    }
    data = {
        "t3sf": [item],
        "openaev": {"scenario_injects": [item]},
        "cexf": {"inject_flow": [{"inject_uuid": text, "timing": item}], "injects": [item]},
        "livefire": {"injects": [item], "checkpoints": [item]},
        "blueprint": {"ScenarioEvents": [item], "DataFields": [item]},
    }[kind]
    begun = time.process_time()
    told = READERS[kind].read(data)
    assert time.process_time() - begun < 6
    assert len(told.sheets[0].rows) == 1
    sound(told)
    assert told.mapping is not None
    assert len(told.mapping.columns) < 100


def test_too_many_injects_are_refused() -> None:
    rows = [{"#": 1, "Real Time": "7:00", "Date": "", "Subject": "", "Player": "A", "Script": ""}]
    with pytest.raises(Unreadable) as refusal:
        t3sf.read(rows * 20_001)
    assert refusal.value.code == "too_many_rows"


def test_one_long_text_shared_by_thousands_of_injects_is_refused() -> None:
    body = "Nội dung rất dài. " * 1_000
    data = {
        "scenario_articles": [{"article_id": "a", "article_content": body}],
        "scenario_injects": [{"inject_content": {"articles": ["a"]}}] * 2_000,
    }
    begun = time.process_time()
    with pytest.raises(Unreadable) as refusal:
        openaev.read(data)
    assert refusal.value.code == "too_much_text"
    assert time.process_time() - begun < 15
