"""Who asks too often is told to wait; who does not never is, whatever becomes of Redis."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from exercise.screens import limits
from exercise.screens.limits import BY_ACCOUNT, BY_ADDRESS, Rule
from exercise.supervisor import broker
from tests.factories import Drill, make_drill
from tests.live.conftest import Broker

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _one_long_window(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.RATE_LIMITS = True
    # A test must not fall on the border of two windows.
    monkeypatch.setattr(limits.time, "time", lambda: 1_800_000_001.0)


@pytest.fixture
def drill() -> Drill:
    return make_drill(started=True)


def client_of(drill: Drill, role: str = "director") -> Client:
    client = Client()
    client.force_login(drill.user(role), "django.contrib.auth.backends.ModelBackend")
    return client


def give(client: Client, drill: Drill, command: str, **headers: str) -> Any:
    address = reverse("do", args=[drill.exercise.code, command])
    with drill.at_now():
        return client.post(address, {"place": "A", "words": "B"}, headers=headers)


def test_every_limit_is_on_an_address_that_exists() -> None:
    names = {str(found.name) for found in get_resolver().url_patterns}
    assert {name.split(":")[0] for name in (BY_ACCOUNT | BY_ADDRESS)} <= names


def test_an_account_is_told_to_wait_and_nothing_is_done(
    drill: Drill, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(BY_ACCOUNT, "do", Rule(2, 60))
    director, other = client_of(drill), client_of(drill, "controller")
    assert [give(director, drill, "pause").status_code for _time in range(3)] == [302, 302, 429]
    before = drill.kinds
    for headers in ({}, {"HX-Request": "true"}):
        refused = give(director, drill, "resume", **headers)
        assert refused.status_code == 429
        assert 0 < int(refused["Retry-After"]) <= 60
        assert "Chờ" in refused.content.decode()
        assert refused["Cache-Control"].startswith("no-store")
        assert ('id="toasts" hx-swap-oob' in refused.content.decode()) == bool(headers)
    assert drill.kinds == before
    assert give(other, drill, "resume").status_code == 302, "others behind the same address go on"


def test_one_command_can_have_a_narrower_limit(
    drill: Drill, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(BY_ACCOUNT, "do:call_real_world_stop", Rule(1, 60))
    lead = client_of(drill, "lead")
    answers = [give(lead, drill, "call_real_world_stop").status_code for _time in range(2)]
    assert answers == [302, 429]


def test_sixty_phones_behind_one_address_sign_in_at_once(drill: Drill) -> None:
    for _phone in range(60):
        for _try in range(3):
            answer = Client().post(reverse("language"), {"language": "en"})
            assert answer.status_code == 302


def test_strangers_are_counted_by_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BY_ADDRESS, "language", Rule(1, 60))
    one, other = {"REMOTE_ADDR": "192.0.2.1"}, {"REMOTE_ADDR": "192.0.2.2"}
    client = Client()
    ask = lambda where: client.post(reverse("language"), **where).status_code  # noqa: E731
    assert [ask(one), ask(one), ask(other)] == [302, 429, 302]


@pytest.mark.parametrize("name", ["second_step", "second_step_enrol"])
def test_between_the_two_steps_one_is_a_stranger_still(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(BY_ADDRESS, name, BY_ADDRESS[name]._replace(most=1))
    client = Client()
    assert [client.post(reverse(name)).status_code for _time in range(2)] == [302, 429]


@pytest.mark.parametrize(
    "name", ["account_password", "account_second_factor", "account_second_factor_change"]
)
def test_what_asks_for_a_password_is_counted_by_account(
    name: str, monkeypatch: pytest.MonkeyPatch, drill: Drill
) -> None:
    monkeypatch.setitem(BY_ACCOUNT, name, BY_ACCOUNT[name]._replace(most=1))
    lead, other = client_of(drill, "lead"), client_of(drill, "staff")
    answers = [lead.post(reverse(name)).status_code for _time in range(2)]
    assert answers[0] in (302, 422)
    assert answers[1] == 429
    assert other.post(reverse(name)).status_code == answers[0]


def test_who_guesses_board_links_is_stopped_and_the_walls_are_not(
    drill: Drill, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "GUESSES", Rule(3, 600))
    client = Client()
    right = reverse("board_public", args=[drill.exercise.board_token])
    guesses = [client.get(reverse("board_public", args=[f"g{n}"])).status_code for n in range(5)]
    assert guesses == [404, 404, 404, 429, 429]
    assert client.get(right).status_code == 200


def test_the_switch_turns_it_off(
    drill: Drill, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(BY_ACCOUNT, "do", Rule(0, 60))
    settings.RATE_LIMITS = False
    assert give(client_of(drill), drill, "pause").status_code == 302


# ── Redis ───────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def redis() -> Iterator[Broker]:
    with tempfile.TemporaryDirectory(prefix="limits-", dir="/tmp") as place:
        kept = Broker(Path(place))
        assert kept.url == broker.url(Path(place))
        kept.start()
        yield kept
        if kept.runs:
            kept.kill()


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine too busy to answer within a tenth of a second is not a broker that is away."""
    connect = limits.Redis.from_url
    long = {"socket_timeout": 30, "socket_connect_timeout": 30}
    monkeypatch.setattr(limits.Redis, "from_url", lambda url, **more: connect(url, **more | long))


@pytest.mark.usefixtures("patient")
def test_processes_count_together_and_each_alone_when_redis_is_gone(
    drill: Drill, redis: Broker, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(BY_ACCOUNT, "do", Rule(3, 60))
    settings.REDIS_URL = redis.url
    first, second = client_of(drill), client_of(drill)  # each has its own middleware
    assert [give(who, drill, "pause").status_code for who in (first, second, first)] == [302] * 3
    assert give(second, drill, "pause").status_code == 429
    redis.kill()
    assert [give(second, drill, "pause").status_code for _time in range(4)] == [302] * 3 + [429]


@pytest.mark.usefixtures("patient")
def test_a_redis_that_hangs_holds_nobody_up_twice(
    drill: Drill, redis: Broker, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REDIS_URL = redis.url
    monkeypatch.setattr(limits, "SILENT_S", 3600)
    client = client_of(drill)
    assert give(client, drill, "pause").status_code == 302
    asked = []
    monkeypatch.setattr(
        limits.Redis, "pipeline", lambda *_words, **_more: asked.append(1) or _hang()
    )
    assert [give(client, drill, "resume").status_code for _time in range(5)] == [302] * 5
    assert len(asked) == 1


def _hang() -> Any:
    threading.Event().wait(0)
    raise limits.RedisError("timed out")
