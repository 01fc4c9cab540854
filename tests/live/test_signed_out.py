"""A session is ended from elsewhere: its open pages hear nothing more, the person's others do."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from exercise.live import bus
from exercise.live.bus import Frame
from tests.factories import Drill, make_drill
from units.models import User

from .driver import Browser, append, play, until
from .test_removed import _live  # noqa: F401 – the broker emptied, the stream switched on

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "mưa phùn gió bấc 7"


def sign_in(user: User) -> Client:
    client = Client()
    data = {"form": "account", "username": user.username, "password": PASSWORD}
    assert client.post("/", data).status_code == 302
    return client


def token_of(drill: Drill, client: Client) -> str:
    return client.get(f"/x/{drill.exercise.code}/console/live/")["Live-Token"]


def press(client: Client, path: str, data: Any = None) -> None:
    """In a thread of its own, whose connection ends with it."""
    try:
        assert client.post(path, data or {}).status_code == 302
    finally:
        connections.close_all()


def by_another_session(here: Client, there: Client, user: User) -> tuple[Client, str, Any]:
    return here, f"/account/sessions/{there.session['open_session']}/end/", None


def by_all_others(here: Client, there: Client, user: User) -> tuple[Client, str, Any]:
    return here, "/account/sessions/end/", None


def by_a_new_password(here: Client, there: Client, user: User) -> tuple[Client, str, Any]:
    new = "một mật khẩu khác 99"
    data = {"password": PASSWORD, "new": new, "again": new}
    return here, "/account/password/", data


def by_itself(here: Client, there: Client, user: User) -> tuple[Client, str, Any]:
    return there, "/sign-out/", None


@pytest.mark.parametrize("ended", [by_another_session, by_all_others, by_a_new_password, by_itself])
def test_its_stream_ends_at_once_and_the_other_one_goes_on(ended: Any) -> None:
    drill = make_drill(1, started=True)
    user, pk = drill.user("controller"), drill.exercise.pk
    user.set_password(PASSWORD)
    user.save()
    here, there = sign_in(user), sign_in(user)
    my_token, its_token = token_of(drill, here), token_of(drill, there)
    act = ended(here, there, user)

    async def scene() -> None:
        mine = await Browser.open(pk, "", token=my_token)
        its = await Browser.open(pk, "", token=its_token)
        await asyncio.to_thread(press, *act)
        await until(lambda: its.ended)
        assert its.named("close")
        last = bus.newest(pk)[0]
        assert (await Browser.open(pk, "", last, token=its_token)).status == 403
        append(pk, [Frame("control.vi", "a secret")], published_seq=99)
        await until(lambda: "a secret" in mine.frames)
        assert b"a secret" not in its.body
        assert (await Browser.open(pk, "", last, token=my_token)).status == 200

    play(scene)
    # Nor is it given another token.
    assert there.get(f"/x/{drill.exercise.code}/console/live/").status_code == 302


@pytest.mark.parametrize("act", ["end-sessions", "reset-second-factor", "active"])
def test_an_administrator_closes_all_of_a_persons_streams(act: str) -> None:
    from units import second_factor

    drill = make_drill(1, started=True)
    user, pk = drill.user("controller"), drill.exercise.pk
    user.set_password(PASSWORD)
    user.save()
    admin = User.objects.create_superuser("admin", password=PASSWORD)
    by, clients = sign_in(admin), [sign_in(user), sign_in(user)]
    tokens = [token_of(drill, client) for client in clients]
    directors = Client()
    directors.force_login(drill.user("director"))
    stays_token = token_of(drill, directors)
    if act == "reset-second-factor":
        key = second_factor.new_key()
        second_factor.TOTPDevice.objects.create(user=user, name="totp", key=key)

    async def scene() -> None:
        theirs = [await Browser.open(pk, "", token=token) for token in tokens]
        stays = await Browser.open(pk, "", token=stays_token)
        path = f"/accounts/{user.pk}/{act}/"
        await asyncio.to_thread(press, by, path, {"active": "0"})
        await until(lambda: all(browser.ended for browser in theirs))
        assert not stays.ended

    play(scene)
