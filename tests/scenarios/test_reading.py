"""Scenario files that are right: what is read from them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from scenarios.reading import read, sample_path
from tests.scenarios.small import SMALL, sample_data
from units.text import Text

HOUR = 3_600_000_000


def test_the_sample_is_read_whole() -> None:
    document, data = read(sample_path()), sample_data()
    assert document.code == data["code"]
    for part in ("stand_downs", "phases", "units", "people", "objectives", "problems", "msel"):
        assert len(getattr(document, part)) == len(data[part]), part
    assert document.title == Text(**data["title"])
    by_number = {entry["number"]: entry for entry in data["msel"]}
    for entry in document.msel:
        written = by_number[entry.number]
        assert entry.content == Text(**written["content"])
        assert len(entry.expected_actions) == len(written["expected_actions"])
        assert (entry.planned_us is None) == ("at" not in written)
        assert (entry.trigger is None) == ("when" not in written)
        everybody = written["to"] == ["ALL"]
        assert len(entry.addressees) == (len(data["units"]) if everybody else len(written["to"]))


def test_the_samples_calendar_is_the_one_people_read() -> None:
    document, data = read(sample_path()), sample_data()
    calendar = document.calendar()
    assert document.starts_at == datetime(2023, 10, 10, 7, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
    written = {entry["number"]: entry.get("at") for entry in data["msel"]}
    for entry in document.msel:
        if entry.planned_us is not None:
            play_us = calendar.to_play_us(entry.planned_us)
            assert calendar.label(play_us) == written[entry.number]
    assert [(plan.starts_us // HOUR, plan.ends_us / HOUR) for plan in document.phases] == [
        (0, 10),
        (24, 28.5),
        (30, 33.5),
    ]


def test_a_small_file_is_read_and_its_defaults_filled_in() -> None:
    document = read(SMALL.encode())
    first, second, third, fourth = document.msel
    assert first.addressees == ("BGD", "VP")
    assert (first.method, first.reply, first.release) == ("document", "none", "auto")
    assert second.complete_within_s == 1800
    assert third.trigger is not None
    assert (third.trigger.inject, third.trigger.event, third.trigger.delay_s) == (
        "1.2",
        "overdue",
        300,
    )
    assert fourth.trigger is not None
    assert fourth.trigger.delay_s == 0
    assert document.units[1].participates


def test_an_offset_is_time_played_so_a_break_does_not_use_it_up() -> None:
    entry = read(SMALL.encode()).msel[1]
    assert entry.planned_us == 6.25 * HOUR  # 4:45 after 07:00 with 1:30 of lunch: N1 13:15


@pytest.mark.parametrize(
    "spell",
    [
        lambda data: json.dumps(data).encode(),
        lambda data: json.dumps(data, ensure_ascii=False, indent="\t").encode(),
        lambda data: b"\xef\xbb\xbf" + json.dumps(data, indent=2).encode(),
        lambda data: yaml.safe_dump(data, allow_unicode=True).encode(),
        lambda data: yaml.safe_dump(data).replace("\n", "\r\n").encode(),
    ],
    ids=["ascii-json", "tabbed-json", "bom", "yaml", "crlf"],
)
def test_yaml_and_json_of_one_content_give_one_document(spell: Callable[[Any], bytes]) -> None:
    document, same = read(sample_path()), read(spell(sample_data()))
    assert same == document
    assert same.content_hash == document.content_hash


def test_json_with_characters_outside_the_basic_plane_keeps_them() -> None:
    data = yaml.safe_load(SMALL)
    data["title"] = 'Kịch bản 😀 "}{" \\ , ['
    assert read(json.dumps(data).encode()).title.vi == data["title"]


def test_a_few_aliases_are_fine() -> None:
    text = SMALL.replace("to: [VP], title: Y", "to: &vp [VP], title: Y").replace(
        "to: [VP], title: Z", "to: *vp, title: Z"
    )
    assert read(text.encode()) == read(SMALL.encode())


def test_words_that_yaml_1_1_takes_for_booleans_are_words() -> None:
    assert read(SMALL.replace("BGD", "NO").encode()).units[0].code == "NO"


def test_the_example_in_the_docs_is_right() -> None:
    page = (sample_path().parents[2] / "docs" / "scenario-format.md").read_text()
    example = page.split("```yaml\n")[1].split("```")[0]
    assert [entry.number for entry in read(example.encode()).msel] == ["1.01", "1.02"]
