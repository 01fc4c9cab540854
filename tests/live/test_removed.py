"""Somebody is taken out of an exercise: nothing more reaches the pages they have open."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from redis import Redis

from exercise.live import bus
from exercise.live.bus import Frame
from exercise.live.publish import publisher
from tests.factories import Drill, make_drill
from units.models import User

from .conftest import Broker
from .driver import PATIENCE_S, Browser, append, play, until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _live(bus_broker: Broker, settings: Any) -> Iterator[None]:
    settings.LIVE_ENABLED = True
    Redis.from_url(bus_broker.url).flushall()
    yield
    deadline, pause = time.monotonic() + PATIENCE_S, threading.Event()
    while not publisher.settled:
        assert time.monotonic() < deadline
        pause.wait(0.01)
    Redis.from_url(bus_broker.url).flushall()


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def token_of(drill: Drill, user: User, page: str) -> str:
    return as_(user).get(f"/x/{drill.exercise.code}/{page}/live/")["Live-Token"]


def remove(drill: Drill, part_id: int) -> None:
    """What the director does; in a thread of its own, whose connection ends with it."""
    path = f"/x/{drill.exercise.code}/people/{part_id}/remove/"
    try:
        assert as_(drill.user("director")).post(path).status_code == 302
    finally:
        connections.close_all()


PAGES = {"controller": "console", "lead": "inbox", "evaluator": "evaluate", "observer": "board"}


@pytest.mark.parametrize("role", PAGES)
def test_their_stream_ends_and_its_token_opens_no_other(role: str) -> None:
    drill, page = make_drill(1, started=True), PAGES[role]
    part, pk = drill.participant(role), drill.exercise.pk
    theirs = token_of(drill, part.user, page)
    directors = token_of(drill, drill.user("director"), "console")

    async def scene() -> None:
        browser = await Browser.open(pk, "", token=theirs)
        stays = await Browser.open(pk, "", token=directors)
        await asyncio.to_thread(remove, drill, part.pk)
        await until(lambda: browser.ended)
        assert browser.named("close")
        last = bus.newest(pk)[0]
        assert (await Browser.open(pk, "", last, token=theirs)).status == 403
        append(pk, [Frame("control.vi", "a secret")], published_seq=99)
        await until(lambda: "a secret" in stays.frames)
        assert b"a secret" not in browser.body

    play(scene)


def test_a_bus_that_was_down_hears_of_it_when_it_is_back(bus_broker: Broker) -> None:
    drill = make_drill(1, started=True)
    part, pk = drill.participant("controller"), drill.exercise.pk
    theirs = token_of(drill, part.user, "console")

    async def scene() -> None:
        browser = await Browser.open(pk, "", token=theirs)
        bus_broker.kill()
        await asyncio.to_thread(remove, drill, part.pk)
        bus_broker.start()
        await until(lambda: browser.ended)
        assert browser.named("close")

    play(scene)
