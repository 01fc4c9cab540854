"""The list in docs/security.md points at code and tests that are there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs" / "security.md"
NAMED = sorted(
    set(re.findall(r"`([\w./-]+\.(?:py|md)|[\w./-]+/)(?:::(\w+))?[`,; ]", DOCUMENT.read_text()))
)
CHAPTERS = 14
OF_THE_WAY_WE_WORK = ["1.10.1"]
"""What a test of the product cannot show."""


def _functions(file: Path) -> set[str]:
    return {
        node.name
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.FunctionDef)
    }


@pytest.mark.parametrize(("path", "test"), NAMED, ids="::".join)
def test_what_the_list_names_is_there(path: str, test: str) -> None:
    if Path(path).name.startswith("test_"):
        file = ROOT / "tests" / path
        assert file.is_file()
        assert not test or test in _functions(file)
    elif not path.startswith("var/"):
        assert (ROOT / path).exists()


def _rows() -> list[list[str]]:
    cells = [line.strip("|").split("|") for line in DOCUMENT.read_text().splitlines()]
    return [[cell.strip() for cell in row] for row in cells if len(row) == 5]


def test_every_chapter_has_rows_that_say_how_it_stands() -> None:
    rows = [row for row in _rows() if row[0] not in {"no.", "---"}]
    chapters = {row[0].split(".")[0] for row in rows if row[0]}
    assert chapters == {str(number) for number in range(1, CHAPTERS + 1)}
    for row in rows:
        assert row[2] in {"met", "partly", "not", "n/a"}, row


def test_what_is_met_is_held_by_a_test() -> None:
    met = [row for row in _rows() if row[2] == "met"]
    assert len(met) > 50
    assert [row[0] for row in met if "test_" not in row[4]] == OF_THE_WAY_WE_WORK


def test_most_of_the_tests_named_are_found_by_this_one() -> None:
    """Should the table's shape change, the first test above must not silently see nothing."""
    assert len([test for _path, test in NAMED if test]) > 50
