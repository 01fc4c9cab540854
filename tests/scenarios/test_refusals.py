"""Scenario files that are wrong: refused where they are wrong, all at once, and cheaply."""

from __future__ import annotations

from pathlib import Path

import pytest

from scenarios.reading import ScenarioProblems, read, source
from scenarios.reading.source import LIMIT_BYTES
from tests.scenarios.small import SMALL, problems_of

BROKEN = [  # (code, path, line, what is replaced, by what)
    ("unknown_format", "format", 1, "staged-exercise/1", "staged-exercise/9"),
    ("missing_key", "code", 1, "code: small\n", ""),
    ("bad_code", "code", 2, "code: small", "code: Nhỏ quá"),
    ("wrong_type", "code", 2, "code: small", "code: 12"),
    ("unknown_key", "title.fr", 3, "title: Nhỏ", "title: {fr: Petit}"),
    ("blank", "title", 3, "title: Nhỏ", "title: {vi: ''}"),
    ("unknown_key", "titel", 3, "title: Nhỏ", "titel: Nhỏ"),
    ("duplicate_key", "title", 4, "title: Nhỏ", "title: Nhỏ\ntitle: To"),
    ("control_character", "title", 3, "title: Nhỏ", 'title: "a\\0b"'),
    ("unknown_timezone", "timezone", 4, "Asia/Ho_Chi_Minh", "Asia/Ho_Chi_Min"),
    ("unknown_timezone", "timezone", 4, "Asia/Ho_Chi_Minh", "../../etc/passwd"),
    ("bad_time", "starts", 5, "2023-10-10T07:00", "hôm nay"),
    ("bad_time", "starts", 5, "2023-10-10T07:00", "2023-02-30T07:00"),
    ("absurd_time", "starts", 5, "2023-10-10T07:00", "0001-10-10T07:00"),
    (
        "bad_time",
        "starts",
        5,
        "Asia/Ho_Chi_Minh\nstarts: 2023-10-10T07:00",
        "Europe/Paris\nstarts: 2023-03-26T02:30",
    ),
    ("ends_before_start", "stand_downs[0].to", 7, 'to: "N1 13:00"', 'to: "N1 11:00"'),
    ("stand_down_outside", "stand_downs[0].to", 7, 'to: "N1 13:00"', 'to: "N3 11:00"'),
    (
        "stand_downs_overlap",
        "stand_downs[1].from",
        8,
        "title: Nghỉ}",
        'title: Nghỉ}\n  - {from: "N1 12:00", to: "N1 14:00"}',
    ),
    (
        "missing_key",
        "phases.preparation",
        8,
        '  preparation: {title: B, starts: "N1 17:00", ends: "N1 18:00"}\n',
        "",
    ),
    ("unknown_key", "phases.executon", 12, "  execution:", "  executon:"),
    (
        "phases_overlap",
        "phases.preparation.starts",
        11,
        'B, starts: "N1 17:00"',
        'B, starts: "N1 16:00"',
    ),
    (
        "phases_out_of_order",
        "phases.execution.starts",
        12,
        'C, starts: "N1 18:00"',
        'C, starts: "N1 16:00"',
    ),
    ("ends_before_start", "phases.execution.ends", 12, 'ends: "N1 19:00"', 'ends: "N1 18:00"'),
    (
        "before_start",
        "phases.transition.starts",
        9,
        'A, starts: "N1 07:00"',
        'A, starts: "N1 06:00"',
    ),
    ("absurd_time", "phases.execution.ends", 12, 'ends: "N1 19:00"', 'ends: "N99 19:00"'),
    (
        "unknown_inject",
        "phases.transition.conditions[0].after[0]",
        10,
        'after: ["1.1"]',
        'after: ["1.9"]',
    ),
    ("empty_list", "phases.transition.conditions[0].after", 10, 'after: ["1.1"]', "after: []"),
    ("duplicate", "units[1].code", 15, "code: VP,", "code: BGD,"),
    ("reserved_code", "units[2].code", 16, "code: TREN", "code: ALL"),
    ("unknown_unit", "units[1].parent", 15, "parent: BGD", "parent: BGDD"),
    ("parent_cycle", "units[0].parent", 14, "name: Ban,", "name: Ban, parent: VP,"),
    ("wrong_type", "units[0].participates", 14, "participates: true", "participates: yes"),
    ("duplicate", "people[1].username", 19, "username: truong", "username: dao"),
    ("unknown_value", "people[1].role", 19, "role: lead", "role: leader"),
    ("unit_missing", "people[1].unit", 19, "role: lead, unit: VP", "role: lead"),
    ("unknown_unit", "people[1].unit", 19, "role: lead, unit: VP", "role: lead, unit: XX"),
    ("not_participating", "people[1].unit", 19, "role: lead, unit: VP", "role: lead, unit: TREN"),
    ("unit_not_allowed", "people[0].unit", 18, "role: director", "role: director, unit: VP"),
    ("no_director", "people", 18, "role: director", "role: controller"),
    (
        "unknown_value",
        "problems[0].phase",
        23,
        "phase: transition, title: P",
        "phase: before, title: P",
    ),
    ("wrong_type", "msel[0].number", 25, '"1.1", phase', "1.1, phase"),
    ("duplicate", "msel[1].number", 27, 'number: "1.2"', 'number: "1.1"'),
    ("unknown_problem", "msel[0].problem", 25, 'problem: "1"', 'problem: "2"'),
    (
        "unknown_problem",
        "msel[0].problem",
        25,
        '  - {code: "1", phase: transition, title: P}',
        "  []",
    ),
    (
        "unknown_objective",
        "msel[0].objectives[0]",
        26,
        "objectives:\n  - {code: MT1, title: M}\n",
        "\n\n",
    ),
    ("not_participating", "msel[0].to[0]", 25, "to: [ALL]", "to: [TREN]"),
    ("unknown_unit", "msel[0].to[0]", 25, "to: [ALL]", "to: [VPP]"),
    ("wrong_type", "msel[0].to", 25, "to: [ALL]", "to: ALL"),
    ("empty_list", "msel[0].to", 25, "to: [ALL]", "to: []"),
    ("duplicate", "msel[0].to[1]", 25, "to: [ALL]", "to: [VP, VP]"),
    ("unknown_objective", "msel[0].objectives[0]", 26, "objectives: [MT1]", "objectives: [MT2]"),
    ("outside_phase", "msel[0].at", 25, 'at: "N1 07:05"', 'at: "N1 17:00"'),
    ("in_stand_down", "msel[0].at", 25, 'at: "N1 07:05"', 'at: "N1 12:00"'),
    ("bad_time", "msel[0].at", 25, 'at: "N1 07:05"', 'at: "N1 7h05"'),
    ("outside_phase", "msel[0].at", 25, 'at: "N1 07:05"', 'at: "N0 07:05"'),
    ("bad_time", "msel[0].at", 25, 'at: "N1 07:05"', 'at: "N1 07:05:60"'),
    ("absurd_time", "msel[0].at", 25, 'at: "N1 07:05"', 'at: "N-60 07:05"'),
    ("negative_duration", "msel[0].at", 25, 'at: "N1 07:05"', "at: -5m"),
    ("outside_phase", "msel[1].at", 27, "at: 4h45m", "at: 9h"),
    ("zero_duration", "msel[1].complete_within", 28, "within: 30m", "within: 0m"),
    ("negative_duration", "msel[1].complete_within", 28, "within: 30m", "within: -30m"),
    ("absurd_time", "msel[1].complete_within", 28, "within: 30m", "within: 9999h"),
    ("wrong_type", "msel[1].complete_within", 28, "within: 30m", "within: 30"),
    ("bad_time", "msel[1].complete_within", 28, "within: 30m", "within: nửa giờ"),
    ("mandatory_without_deadline", "msel[1].complete_within", 27, "complete_within: 30m, ", ""),
    ("unknown_value", "msel[0].method", 25, "title: X,", "title: X, method: fax,"),
    ("missing_key", "msel[0].title", 25, "title: X,", ""),
    ("unknown_key", "msel[0].mandatroy", 25, "title: X,", "title: X, mandatroy: true,"),
    (
        "when_with_at",
        "msel[0].when",
        25,
        "title: X,",
        'title: X, when: {inject: "1.2", is: completed},',
    ),
    ("unknown_inject", "msel[2].when.inject", 30, 'inject: "1.2"', 'inject: "1.22"'),
    ("trigger_cycle", "msel[2].when.inject", 30, 'inject: "1.2"', 'inject: "1.4"'),
    ("trigger_cycle", "msel[2].when.inject", 30, 'inject: "1.2"', 'inject: "1.3"'),
    ("unknown_value", "msel[2].when.is", 30, "is: overdue", "is: late"),
]


@pytest.mark.parametrize(("code", "path", "line", "old", "new"), BROKEN)
def test_a_broken_file_is_refused_where_it_is_broken(
    code: str, path: str, line: int, old: str, new: str
) -> None:
    assert old in SMALL
    found = problems_of(SMALL.replace(old, new, 1))
    assert (code, path, line) in [(one.code, one.path, one.line) for one in found]
    assert all(one.message for one in found)


def test_a_gate_that_waits_for_a_later_phase_even_along_triggers_is_refused() -> None:
    text = SMALL.replace('after: ["1.1"]', 'after: ["1.4"]').replace(
        "phase: transition, at: 4h45m", "phase: execution, at: 5m"
    )
    found = problems_of(text)
    assert [(one.code, one.line) for one in found] == [("gate_cycle", 10)]
    assert "1.2" in found[0].message


@pytest.mark.parametrize(
    ("data", "code", "line"),
    [
        (b"", "empty", 1),
        (b" \n\n", "empty", 1),
        (b"# nothing\n", "empty", 1),
        (b"~\n", "empty", 1),
        (b"- a\n- b\n", "wrong_type", 1),
        (b"[1, 2]", "wrong_type", 1),
        (b"words", "wrong_type", 1),
        (b"a: 1\n---\nb: 2\n", "several_documents", 2),
        (b"a: 1\n b: [\n", "syntax", 2),
        (b"a: !!python/object/apply:os.system [ls]\n", "tag", 1),
        (b"a: *nothing\n", "unknown_alias", 1),
        (b"a: &a [*a]\n", "unknown_alias", 1),
        (b"? [a, b]\n: 1\n", "bad_key", 1),
        (b"a: 1\nb: \xff\xfe\n", "not_utf8", 2),
        ("a: ễ".encode("utf-16"), "not_utf8", 1),
        (b"\x7fELF\x02\x01\x01\x00\x00", "binary", 1),
        (b"[" * 100_000, "too_deep", None),
        (b"{a: " * 100_000, "too_deep", 1),
        (b"- " * 100_000, "too_deep", 1),
        (b"#" * (LIMIT_BYTES + 1), "too_large", None),
    ],
)
def test_what_is_no_scenario_at_all_is_refused(data: bytes, code: str, line: int | None) -> None:
    found = problems_of(data)
    assert found[0].code == code
    assert line is None or found[0].line == line


def test_more_nodes_than_any_scenario_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "LIMIT_NODES", 50)
    for data in ("a:\n" + " - 1\n" * 60, '{"a":[\n' + "1,\n" * 60 + "1]}"):
        found = problems_of(data)
        assert [(one.code, one.line) for one in found] == [("too_many_nodes", 49)]


def test_a_yaml_bomb_is_refused_before_it_goes_off() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for n in range(1, 30):
        lines.append(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]")
    assert problems_of("\n".join(lines))[0].code == "yaml_bomb"


def test_one_long_text_repeated_is_a_bomb_too() -> None:
    text = f"a: &a {'x' * 1_000_000}\n" + "".join(f"b{n}: *a\n" for n in range(90))
    assert problems_of(text)[0].code == "yaml_bomb"


def test_json_is_told_in_the_lines_of_json() -> None:
    assert problems_of(b'{"format": 1,\n "code": }', "x.json")[0].line == 2
    found = problems_of(
        '{\n"format": "staged-exercise/1",\n"cod": "x,\\n[{"\n, "x": NaN}', "x.json"
    )
    assert [one.code for one in found] == ["syntax"]
    found = problems_of('{\n"title": "a,\\n[{",\n"format": "staged-exercise/1",\n"cod": -1.5e3}')
    assert ("unknown_key", "cod", 4) in [(one.code, one.path, one.line) for one in found]


def test_a_file_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    for path in (tmp_path / "none.yaml", tmp_path, "a\0b"):
        with pytest.raises(ScenarioProblems) as caught:
            read(path)
        assert caught.value.problems[0].code == "unreadable"


def test_everything_is_told_at_once_in_the_order_of_the_file() -> None:
    text = SMALL
    for old, new in (
        ("Asia/Ho_Chi_Minh", "Mars/Base"),
        ("role: lead, unit: VP", "role: lead"),
        ("to: [ALL]", "to: [VPP]"),
        ("within: 30m", "within: soon"),
        ("is: overdue", "is: late"),
    ):
        text = text.replace(old, new)
    found = problems_of(text)
    assert [(one.code, one.line) for one in found] == [
        ("unknown_timezone", 4),
        ("unit_missing", 19),
        ("unknown_unit", 25),
        ("bad_time", 28),
        ("unknown_value", 30),
    ]


def test_a_problem_names_the_inject_and_proposes_the_nearest_word() -> None:
    found = problems_of(SMALL.replace("to: [ALL]", "to: [BGB]"))
    assert "1.1" in found[0].message
    assert found[0].value == "BGB"
    assert "BGD" in found[0].remedy
    found = problems_of(SMALL.replace("mandatory: true", "mandatry: true"))
    assert "mandatory" in found[0].remedy
    found = problems_of(SMALL.replace('"1.1", phase', "1.10, phase"))
    assert '"1.10"' in next(one.remedy for one in found if one.code == "wrong_type")


def test_a_file_wrong_everywhere_is_told_with_a_limit() -> None:
    found = problems_of("format: staged-exercise/1\nmsel:\n" + " - {x: 1}\n" * 1000)
    assert len(found) == 301
    assert found[-1].code == "more_problems"
