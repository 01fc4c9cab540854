"""What every kind of answer says about trust: pages, fragments, refusals, files, static files."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as project
from django.test import Client
from django.urls import reverse

from exercise.asgi import application
from tests.screens.test_who_may_what import (
    METHODS,
    PROBES,
    SAFE,
    Scene,
    addresses,
    as_,
    kept,
    undone,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: Any) -> Iterator[Scene]:
    with kept(django_db_blocker):
        with django_db_blocker.unblock():
            made = Scene()
        yield made


def broken(*_words: Any) -> None:
    raise RuntimeError("on purpose")


def kinds(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, int, Any]]:
    """One answer of every kind there is, with the status it should have."""
    htmx: dict[str, Any] = {"headers": {"HX-Request": "true"}}
    code = scene.drill.exercise.code
    do = reverse("do", args=[code, "pause"])
    yield "landing", 200, scene.ask("anonymous", "GET", "/")
    yield "page", 200, scene.ask("director", "GET", scene.path("console"))
    yield "fragment", 200, scene.ask("director", "GET", scene.path("console_live"), **htmx)
    yield "redirect to sign in", 302, scene.ask("anonymous", "GET", scene.path("console"))
    yield "of another role", 403, scene.ask("observer", "GET", scene.path("console"))
    yield "command of another role", 403, scene.ask("observer", "POST", do, **htmx)
    yield "not there", 404, scene.ask("observer", "GET", "/khong-co/")
    yield "wrong method", 405, scene.ask("director", "GET", do)
    yield "another host", 400, scene.ask("director", "GET", "/", headers={"host": "evil.example"})
    strict = Client(enforce_csrf_checks=True)
    yield "without its key", 403, strict.post(reverse("language"))
    yield "file", 200, scene.ask("lead", "GET", scene.path("attachment"))
    yield "board by link", 200, scene.ask("anonymous", "GET", scene.path("board_public"))
    yield "healthz", 200, scene.ask("anonymous", "GET", "/healthz")
    yield "export", 200, scene.ask("director", "GET", scene.path("journal_export"))
    (project.STATIC_ROOT / "seen.css").write_text("body{}")
    yield "static", 200, Client().get("/static/seen.css")
    with monkeypatch.context() as patch, undone():
        patch.setattr("exercise.screens.home._line", broken)
        client = as_(scene.users["administrator"])
        client.raise_request_exception = False
        yield "failure", 500, client.get(reverse("home"))


def test_every_kind_of_answer_is_guarded(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    for kind, status, answer in kinds(scene, monkeypatch):
        assert answer.status_code == status, kind
        policy = answer["Content-Security-Policy"]
        assert {"default-src 'self'", "default-src 'none'"} & set(policy.split("; ")), kind
        assert "unsafe" not in policy, kind
        assert "*" not in policy, kind
        assert answer["X-Content-Type-Options"] == "nosniff", kind
        assert answer["X-Frame-Options"] == "DENY", kind
        assert answer["Referrer-Policy"] == "same-origin", kind
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin", kind
        assert answer["Cross-Origin-Resource-Policy"] == "same-origin", kind
        assert "geolocation=()" in answer["Permissions-Policy"], kind
        assert "Access-Control-Allow-Origin" not in answer, kind
        assert ("ETag" in answer) == (kind == "static"), kind
        kept_for_later = answer["Cache-Control"]
        assert ("no-store" in kept_for_later) == (kind != "static"), (kind, kept_for_later)


def test_what_is_too_large_is_refused_with_the_same_guard(settings: Any) -> None:
    settings.REQUEST_LIMIT_BYTES = 10
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    headers = [(b"host", b"localhost"), (b"content-length", b"11")]
    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": headers}
    asyncio.run(application(scope, receive, send))
    answered = dict(sent[0]["headers"])
    assert sent[0]["status"] == 413
    assert answered[b"content-security-policy"].startswith(b"default-src 'none'")
    assert answered[b"x-content-type-options"] == b"nosniff"
    assert answered[b"cache-control"] == b"no-store"


# ── the forms' keys ─────────────────────────────────────────────────────────────────────────────
def test_no_address_that_takes_a_post_takes_one_without_its_key(scene: Scene) -> None:
    asked = 0
    for name, found in addresses().items():
        assert not getattr(inspect.unwrap(found.callback), "csrf_exempt", False), name
        assert not getattr(found.callback, "csrf_exempt", False), name
        client = Client(enforce_csrf_checks=True)
        user = scene.users["administrator" if name in {"home", "load_sample"} else "director"]
        assert user is not None
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
        with undone(), scene.drill.at_now():
            answer = client.post(scene.path(name), {"any": "thing"})
        takes = "POST" in METHODS.get(name, SAFE)
        # Probes are answered before anything looks for keys, and take no post either.
        assert answer.status_code == (405 if name in PROBES else 403), name
        if takes:
            asked += 1
            # By the key's absence, not by the role: the page says to load again.
            assert "Trang mở đã lâu" in answer.content.decode(), name
    assert asked > 10


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://testserver.evil"])
def test_a_key_sent_from_another_site_is_worth_nothing(scene: Scene, origin: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(scene.users["director"], "django.contrib.auth.backends.ModelBackend")  # type: ignore[arg-type]
    with undone(), scene.drill.at_now():
        key = str(client.get(scene.path("console")).context["csrf_token"])
        for sent, status in (({}, 302), ({"origin": origin}, 403)):
            answer = client.post(scene.path("do"), headers={"X-CSRFToken": key, **sent})
            assert answer.status_code == status


def test_the_key_differs_in_every_answer_and_its_cookie_is_no_scripts_business(
    scene: Scene,
) -> None:
    """What a compressed page repeats can be guessed from its length; this does not repeat."""
    client = as_(scene.users["director"])
    with scene.drill.at_now():
        pages = [client.get(scene.path("console")) for _visit in range(3)]
    assert len({str(page.context["csrf_token"]) for page in pages}) == 3
    assert pages[0].cookies["csrftoken"]["httponly"]
    assert pages[0].cookies["csrftoken"]["samesite"] == "Lax"


# ── where one is sent ───────────────────────────────────────────────────────────────────────────
ELSEWHERE = [
    "https://evil.example/",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "http:evil.example",
    "http:///evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    " //evil.example",
    "/\t/evil.example",
    "https://testserver@evil.example/",
]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_nobody_is_sent_to_another_site(scene: Scene, target: str) -> None:
    do = reverse("do", args=[scene.drill.exercise.code, "pause"])
    answers = []
    with undone():
        answers.append(scene.ask("director", "POST", do, {"next": target}))
        answers.append(scene.ask("anonymous", "POST", reverse("language"), {"next": target}))
        with scene.drill.at_now():
            answers.append(scene.client("director").get("/", {"next": target}))
    for answer in answers:
        assert answer.status_code == 302
        where = answer["Location"]
        assert where.startswith("/"), where
        assert not where.startswith(("//", "/\\", "/\t")), where


@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "a@testserver", "["])
def test_another_host_is_not_answered_and_never_printed(scene: Scene, host: str) -> None:
    for where in ("/", scene.path("people"), "/code/"):
        answer = scene.ask("director", "GET", where, headers={"host": host})
        assert answer.status_code == 400
        assert "evil.example" not in answer.content.decode()
