"""A scenario written to a file and read again: always the same scenario."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from scenarios.reading import read, sample_path
from scenarios.reading.document import Document
from scenarios.reading.moments import duration_s, duration_word, moment_us, moment_word
from scenarios.writing import Unwritable, as_json, as_yaml, limits
from scenarios.writing.yaml_file import WIDEST_ON_ONE_LINE
from tests.scenarios.small import SMALL, problems_of
from tests.scenarios.strategies import documents, drafts
from units.text import Text

MADE_UP = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))


def same_in_every_text_format(document: Document) -> None:
    for data in (as_yaml(document), as_json(document)):
        again = read(data)
        assert again == document
        assert again.content_hash == document.content_hash


@MADE_UP
@given(documents())
def test_any_scenario_is_the_same_after_yaml_and_json(document: Document) -> None:
    same_in_every_text_format(document)


@MADE_UP
@given(drafts())
def test_an_unfinished_scenario_is_the_same_after_yaml_and_json(document: Document) -> None:
    same_in_every_text_format(document)


def test_the_sample_is_the_same_after_yaml_and_json() -> None:
    same_in_every_text_format(read(sample_path()))


@pytest.mark.parametrize(
    "text",
    [
        "dài " * 100 + "hết",
        "dài " * 100,
        "không-có-chỗ-ngắt-" * 100,
        "# không phải chú thích " * 20 + "x",
        "một:\n  hai\n\n\n- ba\n#bốn",
        "một\nhai\n",
        "\nmột",
        "tab\n\tsau tab\n \nba",
        "hai  dấu cách " * 30 + "x",
        "--- \n...\n%YAML",
        "dấu \u0301 rời " * 30 + "x",
        "😀 " * 100 + "x",
    ],
)
def test_a_text_that_yaml_could_take_for_something_else_is_kept(text: str) -> None:
    document = replace(read(SMALL.encode()), summary=Text(text, text), title=Text("", text))
    same_in_every_text_format(document)


def test_the_yaml_reads_like_the_sample_that_ships() -> None:
    written = as_yaml(read(sample_path())).decode()
    by_hand = [line for line in sample_path().read_text().split("\n") if "#" not in line]
    lines = set(written.split("\n"))
    kept = [line for line in by_hand if line in lines]
    # Folded lines break elsewhere; defaults that the sample spells out are left out.
    assert len(kept) > 0.6 * len(by_hand)
    assert max(map(len, lines)) <= WIDEST_ON_ONE_LINE
    for line in (
        "starts: 2023-10-10T07:00",
        '    at: "N1 07:05"',
        "    to: [ALL]",
        "    to: [BGD, VP]",
        '  - number: "1.01"',
        "    acknowledge_within: 10m",
        "      vi: >-",
    ):
        assert line in lines
    assert "reply: none" not in written
    assert "null" not in written


def test_other_readers_of_yaml_understand_it_too() -> None:
    document = read(sample_path())
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    assert yaml.load(as_yaml(document), loader) == json.loads(as_json(document))


def test_what_could_not_be_read_again_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LIMIT_BYTES", 3000)
    document = replace(read(SMALL.encode()), summary=Text("x" * 3000))
    for write in (as_yaml, as_json):
        with pytest.raises(Unwritable) as caught:
            write(document)
        assert caught.value.code == "too_large"


# ── notes, drafts and seconds in the file ───────────────────────────────────────────────────────
def test_notes_are_read_in_one_order_for_all_injects() -> None:
    text = SMALL.replace("title: X,", "title: X, notes: {Phòng: A1, Xe: 2 xe},").replace(
        "title: Y,", "title: Y, notes: {Xe: 3 xe, Phòng: B2, Trống: },"
    )
    first, second, *_others = read(text.encode()).msel
    assert first.notes == (("Phòng", "A1"), ("Xe", "2 xe"))
    assert second.notes == (("Phòng", "B2"), ("Xe", "3 xe"))


@pytest.mark.parametrize(
    ("code", "path", "notes"),
    [
        ("wrong_type", "msel[0].notes", "[a]"),
        ("wrong_type", "msel[0].notes.a", "{a: {b: c}}"),
        ("wrong_type", "msel[0].notes.a", "{a: 12}"),
        ("blank", "msel[0].notes.a", "{a: ' '}"),
        ("bad_code", "msel[0].notes. a", "{' a': b}"),
        ("duplicate_key", "msel[0].notes.a", "{a: b, a: c}"),
        ("too_many_items", "msel[0].notes", f"{{{', '.join(f'n{n}: x' for n in range(101))}}}"),
    ],
)
def test_notes_that_cannot_be_columns_are_refused(code: str, path: str, notes: str) -> None:
    found = problems_of(SMALL.replace("title: X,", f"title: X, notes: {notes},"))
    assert [(one.code, one.path, one.line) for one in found] == [(code, path, 25)]


def test_injects_together_have_no_more_names_of_notes_than_a_table_has_columns() -> None:
    def notes(first: int) -> str:
        return ", ".join(f"n{n}: x" for n in range(first, first + 60))

    text = SMALL.replace("title: X,", f"title: X, notes: {{{notes(0)}}},").replace(
        "title: Y,", f"title: Y, notes: {{{notes(60)}}},"
    )
    assert [one.code for one in problems_of(text)] == ["too_many_items"]


UNFINISHED = [
    ("role: director", "role: controller"),
    ("role: lead, unit: VP", "role: lead"),
    ("role: lead, unit: VP", "role: lead, unit: TREN"),
    ("to: [ALL]", "to: [TREN]"),
    ("to: [ALL]", "to: []"),
    ("to: [ALL], ", ""),
    ('after: ["1.1"]', "after: []"),
    ("complete_within: 30m, ", ""),
    ('at: "N1 07:05"', 'at: "N1 18:30"'),
    ('at: "N1 07:05"', 'at: "N1 12:00"'),
    ('at: "N1 07:05"', 'at: "N1 06:00"'),
    ('at: "N1 07:05"', 'at: "N-20 06:00"'),
    ('inject: "1.2"', 'inject: "1.4"'),
    ('A, starts: "N1 07:00"', 'A, starts: "N1 06:00"'),
    ('to: "N1 13:00"', 'to: "N2 13:00"'),
    (SMALL[SMALL.index("msel:") :], "msel: []\n"),
    (SMALL[SMALL.index("msel:") :], ""),
    (SMALL[SMALL.index("people:") : SMALL.index("objectives:")], ""),
]


@pytest.mark.parametrize(("old", "new"), UNFINISHED)
def test_a_draft_may_lack_what_only_matters_on_the_day(old: str, new: str) -> None:
    assert old in SMALL
    text = SMALL.replace(old, new, 1)
    if "msel" in old:
        text = text.replace('after: ["1.1"]', "after: []")
    assert problems_of(text)
    document = read(f"draft: true\n{text}".encode())
    assert document.draft
    same_in_every_text_format(document)


def test_a_draft_may_have_no_units_yet_but_then_nobody_is_addressed() -> None:
    units = SMALL[SMALL.index("units:") : SMALL.index("people:")]
    found = problems_of("draft: true\n" + SMALL.replace(units, ""))
    assert {one.code for one in found} == {"unknown_unit"}
    assert len(found) == 4  # the lead, and three injects to one unit


@pytest.mark.parametrize(
    ("code", "old", "new"),
    [
        ("missing_key", "title: X,", ""),
        ("unknown_unit", "to: [ALL]", "to: [VPP]"),
        ("unknown_inject", 'after: ["1.1"]', 'after: ["9.9"]'),
        ("unknown_inject", SMALL[SMALL.index("msel:") :], "msel: []"),
        ("bad_time", 'at: "N1 07:05"', 'at: "sáng"'),
        ("absurd_time", 'at: "N1 07:05"', 'at: "N-99 07:05"'),
        ("phases_overlap", 'B, starts: "N1 17:00"', 'B, starts: "N1 16:00"'),
        ("when_with_at", "title: X,", 'title: X, when: {inject: "1.2", is: completed},'),
    ],
)
def test_a_drafts_form_and_references_are_checked(code: str, old: str, new: str) -> None:
    assert old in SMALL
    found = problems_of("draft: true\n" + SMALL.replace(old, new, 1))
    assert {one.code for one in found} == {code}


def test_a_draft_is_other_content_than_the_finished_scenario() -> None:
    whole, draft = read(SMALL.encode()), read(f"draft: true\n{SMALL}".encode())
    assert replace(draft, draft=False) == whole
    assert draft.content_hash != whole.content_hash


def test_moments_may_have_seconds() -> None:
    document = read(SMALL.replace('at: "N1 07:05"', 'at: "N1 07:05:30"').encode())
    assert document.msel[0].planned_us == 330_000_000
    assert b'at: "N1 07:05:30"' in as_yaml(document)


@settings(deadline=None)
@given(
    st.datetimes().map(lambda zero: zero.replace(microsecond=0)),
    st.integers(-58 * 86400, 58 * 86400),
)
@example(datetime(2023, 10, 10, 7), -7 * 3600 - 1)
def test_moments_and_durations_are_spelled_as_they_are_read(zero: datetime, seconds: int) -> None:
    assert moment_us(moment_word(seconds * 1_000_000, zero), zero) == seconds * 1_000_000
    assert duration_s(duration_word(abs(seconds) % 600_000)) == abs(seconds) % 600_000
