"""Looking back through pages: who may, what each sees, permalinks and the observers' link."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from exercise.clock import frozen
from exercise.models import Exercise, JournalEntry
from exercise.screens import replay_link
from tests.factories import Drill
from tests.screens.test_no_leaks import (
    FOREIGN,
    FUTURE,
    JUDGED,
    UNRELEASED,
    _text,
    full_of_words,
)
from tests.screens.test_who_may_what import as_

pytestmark = pytest.mark.django_db


@pytest.fixture
def drill() -> Drill:
    return full_of_words()


COMMANDS = ("hx-post", 'method="post" action="/x/', "data-stream", "data-key-focus hx", "drawer-in")


class Looking:
    """Somebody's browser on the replay of a drill."""

    def __init__(self, drill: Drill, who: str, unit: str | None = None) -> None:
        self.client = as_(drill.user(who, unit))
        self.path = reverse("replay", args=[drill.exercise.code])

    def at(self, seq: int | None = None, *, htmx: bool = False, **query: Any) -> Any:
        headers = {"HX-Request": "true"} if htmx else {}
        asked = query if seq is None else {"at": seq, **query}
        return self.client.get(self.path, asked, headers=headers)


def over(drill: Drill) -> Drill:
    drill.later(10).do("end")
    drill.fresh()
    return drill


def link(drill: Drill) -> str:
    """The observers' link, as control's page gives it."""
    with drill.at_now():
        found = re.search(r'id="replay-link" readonly value="([^"]+)"', _page(drill))
    assert found
    return found[1].removeprefix("http://testserver")


def _page(drill: Drill) -> str:
    return str(Looking(drill, "director").at().content.decode())


def test_control_looks_back_while_it_is_played_evaluators_afterwards(drill: Drill) -> None:
    assert 'id="moment"' in Looking(drill, "controller").at().content.decode()
    assert 'id="moment"' not in Looking(drill, "evaluator", "U1").at().content.decode()
    over(drill)
    assert 'id="moment"' in Looking(drill, "evaluator", "U1").at().content.decode()
    for who in ("lead", "staff", "observer"):
        assert Looking(drill, who).at().status_code == 403


def test_a_page_of_the_past_neither_commands_nor_listens_nor_opens_what_is_of_today(
    drill: Drill,
) -> None:
    looking = Looking(drill, "director")
    for view in ("console", "board"):
        for seq in range(1, drill.fresh().journal_seq + 1, 3):
            html = looking.at(seq, view=view, htmx=True).content.decode()
            assert [word for word in COMMANDS if word in html] == []
            assert "/console/" not in html


def test_the_past_is_told_as_it_was_and_nothing_of_later(drill: Drill) -> None:
    done = drill.exercise.journal.filter(kind="tasking_completed").first()
    assert done is not None
    before = Looking(drill, "director").at(done.seq - 1, view="board").content.decode()
    after = Looking(drill, "director").at(done.seq, view="board").content.decode()
    assert "hoàn thành" not in before
    assert "hoàn thành" in after
    assert 'aria-valuetext="N1 07:05:00"' in after


def test_a_permalink_leads_to_the_same_moment(drill: Drill) -> None:
    looking = Looking(drill, "director")
    entry = drill.exercise.journal.filter(kind="inject_released").last()
    between = entry.exercise_us + 12_000_000
    drill.later(5).do("pause")
    answer = looking.at(view="console", us=between, htmx=True)
    address = answer["HX-Replace-Url"]
    again = looking.client.get(address).content.decode()
    assert f'data-us="{between}"' in again
    label = re.search(r'data-label="([^"]+)"', again)
    assert label
    assert label[1] == "N1 07:05:12"


@pytest.mark.parametrize("query", ["at=x", "at=-1", "at=99999999999", "us=1e9", "view=x", "at=0"])
def test_what_cannot_be_meant_is_left_out(drill: Drill, query: str) -> None:
    answer = as_(drill.user("director")).get(f"{Looking(drill, 'director').path}?{query}")
    assert answer.status_code == 200
    assert 'id="moment"' in answer.content.decode()


def test_an_evaluator_is_not_told_how_others_judge(drill: Drill) -> None:
    rated = over(drill).exercise.journal.filter(kind="tasking_rated").last()
    assert rated is not None
    assert "MKNOTE" not in Looking(drill, "evaluator", "U1").at(rated.seq).content.decode()
    assert "MKNOTE" in Looking(drill, "director").at(rated.seq).content.decode()


# ── the observers' link ─────────────────────────────────────────────────────────────────────────
def test_a_link_shows_the_board_at_every_moment_and_nothing_that_was_not_for_it(
    drill: Drill,
) -> None:
    drill.do("skip", inject_id=drill.inject("1.77").pk)
    over(drill)
    client, path = Client(), link(drill)
    kept = (*FUTURE, *UNRELEASED, *FOREIGN, *JUDGED, "Tổng đạo diễn-", "Người ")
    wrong = []
    with drill.at_now():
        for seq in range(drill.exercise.journal_seq + 1):
            for query in ({"at": seq}, {"at": seq, "view": "console"}):
                text = _text(client.get(path, query)) + _text(
                    client.get(path, query, headers={"HX-Request": "true"})
                )
                assert 'id="board"' in text
                assert 'id="gate"' not in text
                wrong += [(seq, mark) for mark in kept if mark in text]
    assert wrong == []


def test_the_link_stops_only_where_the_board_was_told_something(drill: Drill) -> None:
    over(drill)
    hidden = JournalEntry.objects.filter(exercise=drill.exercise, kind="inject_held").first()
    assert hidden is not None
    with drill.at_now():
        html = Client().get(link(drill), {"at": hidden.seq}).content.decode()
    assert f"?at={hidden.seq}&" not in html


def test_a_link_is_given_once_it_is_over_and_to_control_alone(drill: Drill) -> None:
    assert "replay-link" not in _page(drill)
    over(drill)
    assert "replay-link" in _page(drill)
    assert "replay-link" not in Looking(drill, "evaluator", "U1").at().content.decode()


def test_a_link_runs_out_and_is_taken_back_with_that_of_the_board(drill: Drill) -> None:
    over(drill)
    path = link(drill)
    with drill.at_now():
        made = replay_link.make(drill.exercise)
        assert Client().get(path).status_code == 200
        assert Client().get(path[:-3] + "xy/").status_code == 404
    with frozen(made.until_wall_us):
        assert Client().get(path).status_code == 410
    drill.do("revoke_board_link")
    with drill.at_now():
        assert Client().get(path).status_code == 404


def test_a_journal_that_does_not_fit_says_where(drill: Drill) -> None:
    exercise = drill.fresh()
    JournalEntry.objects.create(
        exercise=exercise,
        seq=exercise.journal_seq + 1,
        kind="tasking_verified",
        wall_us=drill.now,
        exercise_us=10**9,
        phase="transition",
        inject_number="9.99",
        hash="0" * 64,
    )
    Exercise.objects.filter(pk=exercise.pk).update(journal_seq=exercise.journal_seq + 1)
    answer = Looking(drill, "director").at()
    assert answer.status_code == 409
    assert f"Mục {exercise.journal_seq + 1} của nhật ký" in answer.content.decode()


# ── the hot wash ────────────────────────────────────────────────────────────────────────────────
def test_the_hot_wash_is_for_control_once_it_is_over(drill: Drill) -> None:
    path = reverse("hot_wash", args=[drill.exercise.code])
    director = as_(drill.user("director"))
    assert 'class="slide"' not in director.get(path).content.decode()
    assert 'id="board"' not in director.get(path + "moment/").content.decode()
    over(drill)
    html = director.get(path).content.decode()
    assert 'class="slide"' in html
    assert [word for word in COMMANDS if word in html] == []
    for seq in re.findall(r'data-at="(\d+)"', html):
        beside = director.get(path + "moment/", {"at": seq}).content.decode()
        assert f">{seq}</span></a>" in beside
        assert 'id="board"' in beside
    assert as_(drill.user("evaluator", "U1")).get(path).status_code == 403


def test_the_hot_wash_names_nobody(drill: Drill) -> None:
    over(drill)
    path = reverse("hot_wash", args=[drill.exercise.code])
    html = as_(drill.user("director")).get(path).content.decode()
    names = set(drill.exercise.journal.values_list("actor_name", flat=True)) - {""}
    assert names
    assert [name for name in names if name in html] == []
