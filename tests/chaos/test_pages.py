"""The viewers' page: it tells what is stale from what is not, or the chaos suite proves nothing."""

from __future__ import annotations

from tests.chaos.pages import Shown, elements

PAGE = """
<body><header><span id="run" class="st">running</span></header>
<div id="unit-1" data-st="done"><b>{unit}</b><i data-to="500">{left}</i></div>
<ol id="log">{rows}</ol></body>
"""
ROW = '<li id="entry-{0}" data-st="ok"{1}><time>07:0{0}</time><div>Inject {0}</div></li>'


def page(unit: str = "2/3", left: str = "5 m", rows: tuple[int, ...] = (2, 1)) -> str:
    return PAGE.format(unit=unit, left=left, rows="".join(ROW.format(row, "") for row in rows))


def unit_frame(unit: str) -> str:
    root = '<div id="unit-1" hx-swap-oob="true"\n data-st="done">'
    return f'{root}<b>{unit}</b><i data-to="500">1 m</i></div>\n'


def log_frame(*rows: int) -> str:
    new = "".join(ROW.format(row, ' class="new"') for row in rows)
    return f'<ol hx-swap-oob="afterbegin:#log">{new}</ol>'


NAMES = {"run", "unit-1"}


def parts(found: list[str]) -> list[str]:
    return [words.partition(":")[0] for words in found]


def test_what_was_loaded_is_what_is_shown():
    assert Shown(page()).differs_from(page(left="4 m"), NAMES) == []


def test_a_part_that_went_stale_is_named():
    assert parts(Shown(page()).differs_from(page(unit="3/3"), NAMES)) == ["unit-1"]


def test_a_frame_takes_the_place_of_the_part_and_of_nothing_else():
    shown = Shown(page())
    shown.apply(unit_frame("3/3"))
    assert shown.differs_from(page(unit="3/3"), NAMES) == []
    assert parts(shown.differs_from(page(unit="2/3"), NAMES)) == ["unit-1"]


def test_rows_come_on_top_once():
    shown = Shown(page())
    shown.apply(unit_frame("3/3") + log_frame(3))
    shown.apply(log_frame(4, 3))
    assert shown.differs_from(page(unit="3/3", rows=(4, 3, 2, 1)), NAMES) == []


def test_a_row_that_was_missed_is_noticed():
    shown = Shown(page())
    shown.apply(log_frame(4))
    assert parts(shown.differs_from(page(rows=(4, 3, 2, 1)), NAMES)) == ["log"]


def test_a_row_in_the_wrong_place_is_noticed():
    shown = Shown(page(rows=(2, 1)))
    shown.apply(log_frame(4))
    shown.apply(log_frame(3))
    assert parts(shown.differs_from(page(rows=(4, 3, 2, 1)), NAMES)) == ["log"]


def test_an_element_is_its_tags_and_words_without_what_surrounds_it():
    found = elements('<p id="a" class="x">one <img src="i"> <b>two</b></p><p id="b">three</p>')
    assert found["b"] == elements('<main><p id="b">\n three</p></main>')["b"]
    assert found["a"] != elements('<p id="a" class="y">one <img src="i"> <b>two</b></p>')["a"]
