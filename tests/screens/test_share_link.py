"""How long the board's share link works, who prolongs it, and what is seen when it has run out."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from exercise.live import tokens
from exercise.models import BOARD_AFTER_END_US, BOARD_LINK_US, Exercise
from exercise.situation import log
from tests.factories import HOUR, MINUTE, SECOND, T0, Drill, make_drill, refuses

pytestmark = pytest.mark.django_db
DAY = 24 * HOUR


@pytest.fixture
def drill() -> Drill:
    made = make_drill()

    made.exercise.created_at = datetime.fromtimestamp(T0 / SECOND, tz=UTC)
    made.exercise.save(update_fields=["created_at"])
    return made


def board(drill: Drill, name: str = "board_public") -> Any:
    with drill.at_now():
        return Client().get(reverse(name, args=[drill.exercise.board_token]))


def after(drill: Drill, us: int) -> int:
    """The board's status that long from now."""
    with_later = Drill(drill.exercise, drill.now + us)
    statuses = {
        board(with_later, name).status_code for name in ("board_public", "board_public_live")
    }
    assert len(statuses) == 1
    return statuses.pop()


def test_a_link_nobody_uses_runs_out_a_week_after_it_was_made(drill: Drill) -> None:
    assert after(drill, BOARD_LINK_US - 1) == 200
    assert after(drill, BOARD_LINK_US) == 410


def test_startex_brings_the_printed_link_to_life_again(drill: Drill) -> None:
    drill.now += 20 * DAY
    assert after(drill, 0) == 410
    drill.do("start")
    assert after(drill, 2 * DAY) == 200


def test_a_wall_never_goes_dark_in_a_drill_that_is_played(drill: Drill) -> None:
    drill.do("start")
    for _day in range(12):
        drill.now += DAY
        drill.do("pause")
        drill.do("resume")
        assert after(drill, 3 * DAY) == 200


def test_a_drill_left_standing_is_not_shown_for_ever(drill: Drill) -> None:
    drill.do("start")
    drill.do("pause")
    assert after(drill, BOARD_LINK_US) == 410


def test_after_endex_it_lasts_for_the_hot_wash(drill: Drill) -> None:
    drill.do("start")
    drill.do("extend_board_link")
    drill.do("end")
    drill.fresh()
    assert after(drill, BOARD_AFTER_END_US - 1) == 200
    assert after(drill, BOARD_AFTER_END_US) == 410


def test_a_director_prolongs_it_and_the_address_stays(drill: Drill) -> None:
    drill.do("start")
    drill.do("end")
    drill.later(60 * 24 * 5)
    old = drill.fresh().board_token
    assert after(drill, 0) == 410
    drill.do("extend_board_link")
    assert drill.fresh().board_token == old
    assert after(drill, BOARD_LINK_US - MINUTE) == 200
    assert after(drill, BOARD_LINK_US) == 410
    entry = drill.exercise.journal.latest("seq")
    assert entry.kind == "board_link_extended"
    assert entry.kind not in log.PUBLIC_KINDS | log.UNIT_KINDS


def test_a_new_link_lasts_a_week_in_any_state(drill: Drill) -> None:
    drill.now += 30 * DAY
    drill.do("revoke_board_link")
    drill.fresh()
    assert after(drill, BOARD_LINK_US - 1) == 200
    assert after(drill, BOARD_LINK_US) == 410


@pytest.mark.parametrize("role", ["controller", "lead", "observer", "evaluator"])
def test_only_a_director_prolongs_it(drill: Drill, role: str) -> None:
    with refuses("forbidden"):
        drill.do("extend_board_link", drill.actor(role))


def test_the_page_of_a_link_that_ran_out_tells_nothing_and_comes_back_by_itself(
    drill: Drill,
) -> None:
    drill.now += 30 * DAY
    answer = board(drill)
    page = answer.content.decode()
    assert "Liên kết bảng tin đã hết hạn" in page
    assert str(drill.exercise.title) not in page
    assert "data-stream" not in page
    assert answer["Refresh"] == "60"
    assert answer["Cache-Control"] == "no-store"


def test_the_director_sees_until_when_it_works_and_prolongs_it_there(drill: Drill) -> None:
    client = Client()
    client.force_login(drill.user("director"), "django.contrib.auth.backends.ModelBackend")
    people = reverse("people", args=[drill.exercise.code])
    with drill.at_now():
        page = client.get(people).content.decode()
        assert "dùng được đến 07:00 08/01/2026" in page
        address = reverse("do", args=[drill.exercise.code, "extend_board_link"])
        assert f'action="{address}"' in page
        drill.later(60)
    with drill.at_now():
        assert client.post(address, {"next": people})["Location"] == people
        assert "dùng được đến 08:00 08/01/2026" in client.get(people).content.decode()


def test_code_of_the_version_before_leaves_a_link_that_works(drill: Drill) -> None:
    """It knows nothing of the new field and leaves it empty."""
    drill.do("start")
    drill.do("end")
    Exercise.objects.filter(pk=drill.exercise.pk).update(board_until_wall_us=None)
    drill.fresh()
    assert after(drill, 0) == 200


def test_the_boards_stream_ends_with_the_link(
    drill: Drill, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.LIVE_ENABLED = True  # nothing answers on the bus: a page is drawn all the same
    drill.do("start")
    drill.do("end")
    drill.later(60 * 11)
    token = re.search(r'data-token="([^"]+)"', board(drill).content.decode())
    assert token
    monkeypatch.setattr(tokens.time, "time", lambda: drill.now / SECOND)
    monkeypatch.setattr(tokens, "_issued_s", lambda token: drill.now / SECOND)
    left_s = tokens.read(token[1], drill.exercise.pk).ends_s - drill.now / SECOND
    assert left_s == 3600
