"""Headers, cookies and markup: what a browser is told about trusting these pages."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse

from exercise.asgi import application
from exercise.screens.access import PAGES
from tests.screens.test_who_may_what import (
    FILES,
    METHODS,
    PROBES,
    SAFE,
    Scene,
    addresses,
    kept,
    undone,
)
from units.roles import Role

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: Any) -> Iterator[Scene]:
    with kept(django_db_blocker):
        with django_db_blocker.unblock():
            made = Scene()
        yield made


def answers(scene: Scene) -> Iterator[tuple[str, Any]]:
    """Every page by somebody who may see it, and the pages that say no."""
    for name in addresses():
        if "GET" not in METHODS.get(name, SAFE):
            continue
        roles = PAGES.get(name, frozenset())
        who = next((str(role) for role in Role if role in roles), "anonymous")
        if name in FILES:
            continue
        yield name, scene.ask("administrator" if name == "home" else who, "GET", scene.path(name))
    command = reverse("do", args=[scene.drill.exercise.code, "hold"])
    yield "403", scene.ask("observer", "GET", scene.path("console"))
    yield "404", scene.ask("observer", "GET", "/khong-co/")
    with undone():
        yield "toast", scene.ask("director", "POST", command, headers={"HX-Request": "true"})
        yield "slips", scene.ask("director", "POST", scene.path("people_slips"), {"all": "1"})
        yield "link", scene.ask("director", "POST", scene.path("people_link"))


def directives(answer: Any) -> dict[str, list[str]]:
    policy = answer["Content-Security-Policy"]
    parts = [part.split() for part in policy.split(";") if part.strip()]
    return {name: values for name, *values in parts}


def test_every_answer_carries_a_policy_that_lets_nothing_inline_run(scene: Scene) -> None:
    for name, answer in answers(scene):
        policy = directives(answer)
        if name in PROBES:
            assert policy["default-src"] == ["'none'"], name
        else:
            assert policy["default-src"] == ["'self'"], name
            assert policy["object-src"] == policy["base-uri"] == ["'none'"], name
        assert policy["frame-ancestors"] == ["'none'"], name
        assert "unsafe" not in answer["Content-Security-Policy"], name
        assert answer["X-Frame-Options"] == "DENY", name
        assert answer["X-Content-Type-Options"] == "nosniff", name
        assert answer["Referrer-Policy"] in {"same-origin", "no-referrer"}, name


def test_no_markup_has_inline_styles_or_handlers(scene: Scene) -> None:
    for name, answer in answers(scene):
        if answer.streaming:
            continue
        page = answer.content.decode()
        tags = re.findall(r"<[a-zA-Z][^>]*>", page)
        inline = [tag for tag in tags if re.search(r"\s(style|on[a-z]+)\s*=", _unquoted(tag))]
        assert inline == [], name
        assert "<style" not in page, name
        assert "javascript:" not in page, name


def _unquoted(tag: str) -> str:
    """The tag without its attributes' values, in which anything may stand."""
    return re.sub(r"\"[^\"]*\"|'[^']*'", '""', tag)


def test_each_script_carries_the_nonce_of_its_own_answer(scene: Scene) -> None:
    seen = set()
    for _visit in range(2):
        answer = scene.ask("director", "GET", scene.path("console"))
        scripts = re.findall(r"<script\b[^>]*>", answer.content.decode())
        nonces = {found for tag in scripts for found in re.findall(r'nonce="([^"]+)"', tag)}
        assert scripts
        assert all("nonce=" in tag for tag in scripts)
        assert len(nonces) == 1
        assert f"'nonce-{next(iter(nonces))}'" in directives(answer)["script-src"]
        seen |= nonces
    assert len(seen) == 2


def test_a_file_is_handed_over_to_be_saved_never_shown(scene: Scene) -> None:
    answer = scene.ask("lead", "GET", scene.path("attachment"))
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    # Read to its end, not closed: that would close the test's own connection.
    assert b"".join(answer.streaming_content)


@pytest.mark.parametrize("path", ["/static/", "/static/fonts/", "/uploads/", "/media/", "/var/"])
def test_no_directory_is_listed(scene: Scene, path: str) -> None:
    assert scene.ask("administrator", "GET", path).status_code == 404


def test_a_session_is_named_by_what_nobody_guesses_and_kept_in_the_database(scene: Scene) -> None:
    assert settings.SESSION_ENGINE == "django.contrib.sessions.backends.db"
    keys = [scene.client(str(role)).cookies[settings.SESSION_COOKIE_NAME].value for role in Role]
    assert len(set(keys)) == len(keys)
    for key in keys:
        assert re.fullmatch("[a-z0-9]{32}", key)  # 165 bits


def test_a_password_can_be_pasted_and_filled_in_by_a_manager(scene: Scene) -> None:
    asked = {}
    for name, answer in answers(scene):
        page = "" if answer.streaming else answer.content.decode()
        for field in re.findall(r'<input\b[^>]*type="password"[^>]*>', page):
            assert re.search(r'autocomplete="(current|new)-password"', field), (name, field)
            asked[name] = field
    assert {"landing"} <= set(asked)
    for script in (ROOT / "static").glob("*.js"):
        assert not re.search(r"\bonpaste\b|[\"']paste[\"']", script.read_text()), script.name


# ── an install behind HTTPS ─────────────────────────────────────────────────────────────────────
COOKIES = """
import django; django.setup()
from django.conf import settings as s
print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT,
      s.SESSION_COOKIE_HTTPONLY, s.SECURE_HSTS_SECONDS > 0,
      s.SESSION_COOKIE_SAMESITE, s.CSRF_COOKIE_SAMESITE)
from django.test import Client
client = Client(HTTP_HOST="drill.example")
print(client.get("/healthz").status_code, client.get("/code/").status_code)
answer = client.post("/language/", {"language": "en"}, secure=True)
cookie = answer.cookies["django_language"]
print(bool(cookie["secure"]), bool(cookie["httponly"]), cookie["samesite"])
print(answer["Strict-Transport-Security"])
"""


def _https(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "exercise.settings",
        "EXERCISE_VAR": str(tmp_path),
        "HTTPS": "1",
        "DEBUG": "",
        "ALLOWED_HOSTS": "drill.example",
        "REDIS_URL": "redis://127.0.0.1:1/0",
    }
    environment.pop("DATABASE_URL", None)
    return subprocess.run(
        [sys.executable, *arguments],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def test_an_install_behind_https_passes_the_deployment_check(tmp_path: Path) -> None:
    done = _https(tmp_path, "manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_behind_https_cookies_travel_encrypted_only(tmp_path: Path) -> None:
    done = _https(tmp_path, "-c", COOKIES)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "True True True True True Lax Lax",
        "200 301",
        "True True Lax",
        "max-age=86400",
    ]


def test_the_session_cookie_is_out_of_reach_of_scripts(scene: Scene) -> None:
    from units.models import SignInLink

    with undone(), scene.drill.at_now():
        _link, token, _code = SignInLink.issue(scene.drill.user("staff", "U2"))
        answer = scene.client("anonymous").post(reverse("go", args=[token]))
    cookie = answer.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


# ── what is sent in ─────────────────────────────────────────────────────────────────────────────
def _sent(headers: dict[str, str], *parts: bytes) -> tuple[int, str, int]:
    """POST to the web server's application; status, answer, and how many parts it took in."""
    left, answered = [*parts], []

    async def receive() -> dict[str, Any]:
        if left:
            body = left.pop(0)
            return {"type": "http.request", "body": body, "more_body": bool(left)}
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        answered.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/",
        "query_string": b"",
        "headers": [(b"host", b"localhost")]
        + [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    asyncio.run(application(scope, receive, send))
    body = b"".join(message.get("body", b"") for message in answered)
    return answered[0]["status"], body.decode(), len(parts) - len(left)


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "application/octet-stream"])
def test_a_request_that_says_it_is_too_large_is_not_taken_in(settings: Any, kind: str) -> None:
    size = settings.REQUEST_LIMIT_BYTES + 1
    headers = {"content-type": kind, "content-length": str(size)}
    status, answer, taken = _sent(headers, b"--x")
    assert (status, taken) == (413, 0)
    assert "101 MB" in answer


def test_one_that_does_not_say_how_large_it_is_is_cut_off(settings: Any) -> None:
    settings.REQUEST_LIMIT_BYTES = 1000
    headers = {"content-type": "multipart/form-data; boundary=x", "transfer-encoding": "chunked"}
    status, _answer, taken = _sent(headers, *[b"x" * 400] * 9)
    assert (status, taken) == (413, 3)


@pytest.mark.parametrize("length", ["-1", "x", "9" * 5000])
def test_a_length_that_is_none_is_no_way_past_the_limit(settings: Any, length: str) -> None:
    settings.REQUEST_LIMIT_BYTES = 1000
    status, _answer, taken = _sent({"content-length": length}, *[b"x" * 400] * 9)
    assert status == 413
    assert taken <= 3


def test_the_largest_report_is_within_the_limit(settings: Any) -> None:
    assert settings.REQUEST_LIMIT_BYTES > settings.UPLOAD_MOST_FILES * settings.UPLOAD_LIMIT_BYTES
