"""Two planners, many injects: nobody removes, moves or numbers what they have not seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from scenarios import editing
from scenarios.editing import Outdated, What
from scenarios.models import Scenario
from tests.scenarios.writing_desk import Desk
from units.text import Text

pytestmark = pytest.mark.django_db

NUMBERS = ("1.2", "1.3", "1.4")
Seen = dict[int, int]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def as_seen(desk: Desk, *numbers: str) -> Seen:
    return {desk.inject(number).pk: desk.inject(number).revision for number in numbers}


def remove(desk: Desk, seen: Seen) -> Any:
    return editing.remove_injects(desk.scenario.pk, desk.hoa, list(seen), seen=seen)


def move(desk: Desk, seen: Seen) -> Any:
    return editing.move_injects(desk.scenario.pk, desk.hoa, list(seen), 300, seen=seen)


def renumber(desk: Desk, seen: Seen) -> Any:
    return editing.renumber(desk.scenario.pk, desk.hoa, set(seen), seen=seen)


ACTS = pytest.mark.parametrize("act", [remove, move, renumber])


def told(desk: Desk, run: Callable[[], Any]) -> list[tuple[str, What, str]]:
    """What a refused command tells of each row; it must have left nothing behind."""
    before = desk.content(), Scenario.objects.get(pk=desk.scenario.pk).revision
    with pytest.raises(Outdated) as caught:
        run()
    assert (desk.content(), Scenario.objects.get(pk=desk.scenario.pk).revision) == before
    assert all(one.at for one in caught.value.news)
    return [(one.number, one.what, one.by.username) for one in caught.value.news]


@ACTS
def test_a_row_that_another_changed_is_told_with_who_it_was(
    desk: Desk,
    act: Callable[[Desk, Seen], Any],
) -> None:
    seen = as_seen(desk, *NUMBERS)
    pk = desk.inject("1.3").pk
    editing.change_inject(desk.scenario.pk, desk.binh, pk, {"title": Text("Khác")})
    assert told(desk, lambda: act(desk, seen)) == [("1.3", What.CHANGED, "binh")]


@ACTS
def test_a_row_that_another_removed_is_told_by_the_number_that_it_had(
    desk: Desk,
    act: Callable[[Desk, Seen], Any],
) -> None:
    seen = as_seen(desk, *NUMBERS)
    editing.remove_injects(desk.scenario.pk, desk.binh, desk.pks("1.4"))
    assert told(desk, lambda: act(desk, seen)) == [("1.4", What.REMOVED, "binh")]


@ACTS
def test_who_saw_the_rows_as_they_are_is_let_go_on(
    desk: Desk,
    act: Callable[[Desk, Seen], Any],
) -> None:
    seen = as_seen(desk, *NUMBERS)
    pk = desk.inject("1.3").pk
    editing.change_inject(desk.scenario.pk, desk.binh, pk, {"title": Text("Khác")})
    told(desk, lambda: act(desk, seen))
    act(desk, as_seen(desk, *NUMBERS))


def test_rows_that_nobody_looked_at_may_change(desk: Desk) -> None:
    seen = as_seen(desk, "1.3", "1.4")
    editing.change_inject(
        desk.scenario.pk, desk.binh, desk.inject("1.1").pk, {"title": Text("Khác")}
    )
    assert remove(desk, seen) == ["1.3", "1.4"]


def test_numbering_all_anew_means_all(desk: Desk) -> None:
    seen = as_seen(desk, *desk.scenario.msel.values_list("number", flat=True))
    values: Any = {"phase": "transition", "title": Text("Mới"), "number": "1.9"}
    editing.add_inject(desk.scenario.pk, desk.binh, values)
    news = told(desk, lambda: editing.renumber(desk.scenario.pk, desk.hoa, seen=seen))
    assert news == [("1.9", What.ADDED, "binh")]
    # Of those that are chosen, the others are no concern.
    editing.renumber(desk.scenario.pk, desk.hoa, set(seen), seen=seen)


def test_what_was_undone_since_counts_as_changed(desk: Desk) -> None:
    pk = desk.inject("1.3").pk
    editing.change_inject(desk.scenario.pk, desk.binh, pk, {"title": Text("Khác")})
    seen = as_seen(desk, *NUMBERS)
    editing.undo(desk.scenario.pk, desk.binh)
    assert told(desk, lambda: move(desk, seen)) == [("1.3", What.CHANGED, "binh")]


def test_the_last_one_to_change_a_row_is_named(desk: Desk) -> None:
    seen = as_seen(desk, *NUMBERS)
    pk = desk.inject("1.3").pk
    editing.change_inject(desk.scenario.pk, desk.binh, pk, {"title": Text("Khác")})
    editing.change_inject(desk.scenario.pk, desk.hoa, pk, {"title": Text("Khác nữa")})
    assert told(desk, lambda: move(desk, seen)) == [("1.3", What.CHANGED, "hoa")]
