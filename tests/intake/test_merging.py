"""A later version of the same file: what is new, changed, gone; and nothing else is touched."""

from __future__ import annotations

from dataclasses import replace

from scenarios.calendar import MINUTE_US
from scenarios.intake.preview import preview
from tests.intake.sheets import document, looked_at, reading
from units.text import Text

HEADER = ("STT", "Giờ DT", "Đơn vị nhận", "Nội dung")


def test_it_tells_new_changed_same_and_gone() -> None:
    seen = looked_at(
        ("1.1", "N1 07:15", "Tất cả", "X"),
        ("1.2", "N1 11:45", "VP", "Y"),
        ("5.1", "N1 09:00", "VP", "Mới"),
        header=HEADER,
    )
    assert [entry.number for entry in seen.merge.new] == ["5.1"]
    assert [(one.after.number, one.fields) for one in seen.merge.changed] == [
        ("1.1", ("planned_us",)),
        ("1.2", ("planned_us",)),
    ]
    assert [entry.number for entry in seen.merge.gone] == ["1.3", "1.4"]


def test_a_column_that_the_file_has_not_leaves_what_stands() -> None:
    seen = looked_at(("1.1", "N1 07:30"), header=HEADER[:2], read_as={})
    assert seen.merge.new == ()


def test_the_english_side_stays_where_the_file_is_vietnamese() -> None:
    before = document()
    first = replace(before.msel[0], title=Text("X", "X in English"))
    before = replace(before, msel=(first, *before.msel[1:]))
    seen = preview(reading(("1.1", "N1 07:05", "Tất cả", "X mới"), header=HEADER), before)
    (change,) = seen.merge.changed
    assert change.after.title == Text("X mới", "X in English")
    assert change.fields == ("title",)
    assert change.after.planned_us == 5 * MINUTE_US
    assert change.after.objectives == before.msel[0].objectives


def test_a_row_with_an_error_is_not_taken_for_gone() -> None:
    seen = looked_at(("1.2", "N1 25:00", "VP", "Y"), ("1.1", "N1 07:05", "ALL", "X"), header=HEADER)
    assert [entry.number for entry in seen.merge.gone] == ["1.3", "1.4"]
    assert seen.merge.new == ()
    assert [entry.number for entry in seen.merge.same] == ["1.1"]


def test_the_same_file_again_changes_nothing() -> None:
    before = document()
    rows = [
        ("1.1", "N1 07:05", "Tất cả", "X"),
        ("7.1", "N1 08:00", "VP", "Mới"),
    ]
    first = preview(reading(*rows, header=HEADER), before)
    after = replace(before, msel=(*before.msel, *first.merge.new))
    again = preview(reading(*rows, header=HEADER), after)
    assert again.merge.new == ()
    assert again.merge.changed == ()
