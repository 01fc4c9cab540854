"""Sessions of many steps by anybody, with anything: every address, every command, every state.

The tables of roles say what may succeed; everything else is refused in words, and nothing fails.
``make fuzz`` goes on with it for minutes.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import hypothesis
import pytest
from django import conf
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from exercise.conduct import COMMANDS
from exercise.health import counted
from exercise.models import verify
from exercise.screens.access import PAGES
from exercise.screens.forms_by_command import FORMS
from tests.screens.test_fuzz import ODD, files
from tests.screens.test_who_may_what import (
    FILES,
    FORM,
    METHODS,
    OUTSIDE,
    PROBES,
    ROLES,
    SAFE,
    STRANGERS,
    Scene,
    addresses,
    arguments,
    expected,
    kept,
)
from units.roles import Role, may

pytestmark = pytest.mark.django_db

REFUSALS = {400, 401, 403, 404, 405, 409, 410, 413, 422, 429}
OF_WHAT_IS_SAID = REFUSALS - {401, 403, 405}
"""For who may: what they ask can be wrong, or too late, but it is not somebody else's."""

who = st.sampled_from([*ROLES, *ROLES, *STRANGERS])
given_by = st.sampled_from(sorted(COMMANDS)).flatmap(
    lambda name: st.tuples(
        st.just(name), st.sampled_from([role for role in ROLES if may(role, name)]) | who
    )
)
seen_by = st.sampled_from(sorted(addresses())).flatmap(
    lambda name: st.tuples(
        st.just(name),
        st.sampled_from(sorted(PAGES.get(name, {Role.DIRECTOR}))).map(str) | who,
        st.sampled_from(METHODS.get(name, SAFE))
        | st.sampled_from(METHODS.get(name, SAFE))
        | st.sampled_from(
            ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "X"]
        ),
    )
)
odd = st.sampled_from(ODD) | st.text(max_size=8) | st.integers().map(str)
FIELDS = [
    *("page", "unit", "inject", "to", "show", "next", "q", "phase", "kind", "at", "after", "form"),
    *("scenario", "participant", "all", "silent", "language", "code", "username", "password"),
    *("look", "inject_ids", "spacing_min", "decision", "shown", "q", "account", "result", "do"),
    *("new", "again", "recovery", "active"),
    *("a[b][c]", "__class__", "x" * 500, "", "csrfmiddlewaretoken", "name", "role", "_method"),
]
names = st.sampled_from(FIELDS)
pairs = st.lists(st.tuples(names, odd), max_size=3)
kinds = st.sampled_from(
    [
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded; charset=utf-7",
        "application/x-www-form-urlencoded; charset=bogus",
        "multipart/form-data; boundary=x",
        "multipart/form-data",
        "multipart/form-data; boundary=" + "y" * 300,
        "application/json",
        "text/plain",
        "image/png",
        "",
        "a/b; c=\x00",
    ]
)
bodies = st.one_of(
    st.binary(max_size=12),
    st.sampled_from(
        [
            b"{" * 5000,
            b'{"inject_id": {"$ne": 1}}',
            b"inject_id[]=1&inject_id[a]=2&tasking_id=%00",
            b"text=%ff%fe%c3%28&%ff=%fe",
            b"a=1&" * 1500,
            b"text=" + b"x" * 3_000_000,
            b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n\xff\x00\r\n--x--\r\n',
            b'--x\r\nContent-Disposition: form-data; name="files"; filename="\xff\x00.pdf"\r\n'
            b"Content-Type: application/pdf\r\n\r\n%PDF-\r\n--x--\r\n",
            b"--x\r\nContent-Disposition: form-data; name=\"files\"; filename*=utf-8''%ff\r\n"
            b"Content-Transfer-Encoding: base64\r\n\r\n!!!\r\n--x--\r\n",
        ]
    ),
)
HEADERS = [
    *("HX-Request", "HX-Target", "HX-Current-URL", "HX-Trigger", "Accept-Language", "Accept"),
    *("Referer", "Range", "If-None-Match", "If-Modified-Since", "Accept-Encoding"),
    *("X-Forwarded-Proto", "X-HTTP-Method-Override", "User-Agent", "X-CSRFToken"),
]
headers = st.dictionaries(
    st.sampled_from(HEADERS),
    st.sampled_from(["true", "en", "vi-VN;q=0.1", "*", "bytes=0-", "bytes=9-1", "gzip", "%ff"])
    | st.text("aZ09 ;=/-é\x7f\u202e", max_size=8),
    max_size=2,
)
cookies = st.dictionaries(
    st.sampled_from(["sessionid", "csrftoken", "django_language", "messages", "x"]),
    st.text('aZ0."\\[]{}:,-_', max_size=12),
    max_size=2,
)
PIECES = ["9" * 19, "9" * 5000, "0", "-1", "%00", "%ff%fe", "a%0d%0ab", "x" * 300, "..", "%2e%2e"]

_scene: Scene


def _sendable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


class Session(RuleBasedStateMachine):
    """One drill, whose wall clock moves on with each step, and everybody there is."""

    def __init__(self) -> None:
        super().__init__()
        self.scene = _scene
        self.drill, self._then = _scene.drill, _scene.drill.now
        self._atomic = transaction.atomic()
        self._atomic.__enter__()
        # As they are at the beginning: a step may remove somebody or change a link.
        self.paths = {name: _scene.path(name) for name in addresses()}

    def teardown(self) -> None:
        try:
            assert verify(self.drill.fresh()).verified
        finally:
            transaction.set_rollback(True)
            self._atomic.__exit__(None, None, None)
            self.drill.now = self._then
            self.drill.fresh()

    def _ask(
        self, person: str, method: str, where: str, more_cookies: dict[str, str], **sent: Any
    ) -> Any:
        client = self.scene.client(person)
        client.raise_request_exception = False
        for name, value in more_cookies.items():
            client.cookies[name] = value
        with self.drill.at_now():
            answer = client.generic(method, where, **sent)
            if answer.streaming:
                b"".join(answer.streaming_content)
        broken = answer.status_code >= 500 and not where.startswith("/readyz")  # nobody is ready
        assert not broken, (answer.status_code, person, method, where[:200], str(sent)[:400])
        return answer

    def _journal_seq(self) -> int:
        return self.drill.fresh().journal_seq

    # ── time ────────────────────────────────────────────────────────────────────────────────
    @rule(minutes=st.sampled_from([0.1, 5, 45, 300]))
    def time_passes(self, minutes: float) -> None:
        self.drill.later(minutes).sweep()

    # ── commands ────────────────────────────────────────────────────────────────────────────
    @rule(
        given=given_by,
        changes=st.just([]) | st.lists(st.tuples(st.integers(0, 40), odd), max_size=3),
        left_out=st.just(set()) | st.sets(st.integers(0, 40), max_size=2),
        file=st.none() | st.none() | st.integers(0, 13),
        sent=st.just({}) | st.just({"HX-Request": "true"}) | headers,
    )
    def command(
        self,
        given: tuple[str, str],
        changes: list[tuple[int, str]],
        left_out: set[int],
        file: int | None,
        sent: dict[str, str],
    ) -> None:
        """A command as a page sends it, with a few of its fields changed or left out."""
        command, person = given
        data = arguments(self.scene, command) | {"next": "/", "everybody": ""}
        fields = sorted({*data, *FORMS[command].base_fields})
        for place, value in changes:
            data[fields[place % len(fields)]] = _sendable(value)
        for place in left_out:
            data.pop(fields[place % len(fields)], None)
        before, forbidden = self._journal_seq(), _forbidden(command)
        client = self.scene.client(person)
        client.raise_request_exception = False
        where = reverse("do", args=[self.drill.exercise.code, command])
        if file is not None:
            data["files"] = files()[file]
        with self.drill.at_now():
            answer = client.post(where, data, headers=sent)
        status = answer.status_code
        assert status < 500, (person, command, str(data)[:500])
        if person == "anonymous":
            assert _is_sent_to_sign_in(answer, "POST"), status
        elif person in STRANGERS:
            assert status == 404
        elif not may(person, command):
            assert status == 403
        else:
            assert status in {200, 204, 302, 409, 422}, (person, command, status)
            assert _forbidden(command) == forbidden, (person, command, "is theirs")
        if person in STRANGERS or not may(person, command):
            assert self._journal_seq() == before, "refused, and yet something happened"

    # ── any address ─────────────────────────────────────────────────────────────────────────
    @rule(
        seen=seen_by,
        piece=st.none() | st.none() | st.tuples(st.integers(1, 8), st.sampled_from(PIECES) | odd),
        query=pairs,
        body=bodies | pairs.map(lambda found: urlencode(_clean(found)).encode()),
        kind=st.just(FORM) | kinds,
        sent=headers,
        cookie=cookies,
    )
    def any_address(
        self,
        seen: tuple[str, str, str],
        piece: tuple[int, str] | None,
        query: list[tuple[str, str]],
        body: bytes,
        kind: str,
        sent: dict[str, str],
        cookie: dict[str, str],
    ) -> None:
        name, person, method = seen
        where, own = self.paths[name], True
        if piece is not None:
            parts = where.split("/")
            raw = piece[1] if piece[1] in PIECES else quote(_sendable(piece[1]), safe="")
            parts[min(piece[0], len(parts) - 1)] = raw
            where, own = "/".join(parts) or "/", False
        if not where.startswith("/") or where.startswith("//"):
            where = "/" + where.lstrip("/")
        if query:
            where += "?" + urlencode(_clean(query))
        before = self._journal_seq()
        with transaction.atomic():
            answer = self._ask(
                person, method, where, cookie, data=body, content_type=kind, headers=_latin(sent)
            )
            # Who signed out would be a stranger from here on, which no table knows.
            transaction.set_rollback(name == "sign_out")
        if own and "sessionid" not in cookie:
            self._as_the_table_says(
                person, name, method, answer, legible=_legible(method, kind, body)
            )
        if method in {"GET", "HEAD", "OPTIONS", "TRACE"}:
            assert self._journal_seq() == before, "looking changed something"

    def _as_the_table_says(
        self, person: str, name: str, method: str, answer: Any, *, legible: bool
    ) -> None:
        status = answer.status_code
        if name in PROBES or (status in {400, 413} and not legible):
            return
        if method not in METHODS.get(name, SAFE):
            assert status == 405, (person, name, method, status)
        elif name in OUTSIDE:
            assert status < 400 or status in REFUSALS
        elif person == "anonymous":
            assert _is_sent_to_sign_in(answer, method), (name, status)
        elif person in STRANGERS:
            assert status == 404, (person, name, status)
        elif Role(person) not in PAGES[name]:
            assert status == (404 if name in FILES else 403), (person, name, status)
        else:
            theirs = OF_WHAT_IS_SAID | expected(name, person, method)
            assert status < 400 or status in theirs, (person, name, method, status)


def _forbidden(command: str) -> float:
    """How often it was refused for want of a right: without htmx every refusal is a redirect."""
    labels = {"command": command, "outcome": counted.FORBIDDEN}
    return counted.COUNTED.get_sample_value("exercise_commands_total", labels) or 0


def _legible(method: str, kind: str, body: bytes) -> bool:
    """Whether the request can be read: who sends another may be told so before anything else."""
    return method in SAFE or (
        kind == FORM
        and len(body) <= conf.settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        and body.count(b"&") < conf.settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
    )


def _is_sent_to_sign_in(answer: Any, method: str) -> bool:
    """A page by a redirect; what a script sent in words, for it would follow."""
    if answer.status_code == 401:
        return method == "POST" and "HX-Request" in answer.wsgi_request.headers
    where = answer.headers.get("Location", "").split("?")[0]
    return answer.status_code == 302 and where == reverse("landing")


def _clean(found: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(_sendable(name), _sendable(value)) for name, value in found]


def _latin(sent: dict[str, str]) -> dict[str, str]:
    """As a server hands them on: bytes, read as Latin-1."""
    return {
        name: value.encode("utf-8", "replace").decode("latin-1") for name, value in sent.items()
    }


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: Any) -> Iterator[Scene]:
    with kept(django_db_blocker):
        with django_db_blocker.unblock():
            made = Scene()
        yield made


def test_no_session_breaks_the_server_or_the_tables(
    scene: Scene, pytestconfig: pytest.Config
) -> None:
    global _scene
    _scene = scene
    fuzz_s = pytestconfig.getoption("--fuzz-s")
    if not fuzz_s:
        # Not made smaller: that takes minutes, and what fails is in the message.
        _run(Session, 15, 25, Phase.generate)
        return
    ends, number = time.monotonic() + fuzz_s, int(pytestconfig.getoption("--fuzz-seed"))
    while time.monotonic() < ends:
        print(f"seed {number}", flush=True)
        _run(hypothesis.seed(number)(type(f"Session{number}", (Session,), {})), 25, 60, *Phase)
        number += 1


def _run(machine: Any, examples: int, steps: int, *phases: Phase) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            phases=phases,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_the_steps_themselves_reach_the_server(scene: Scene) -> None:
    """The machine must not be content because everything it sends is refused."""
    with scene.drill.at_now():
        client: Client = scene.client("lead")
        where = reverse("do", args=[scene.drill.exercise.code, "report"])
        data = arguments(scene, "report") | {
            "files": SimpleUploadedFile("a.pdf", b"%PDF-", "application/pdf"),
        }
        with transaction.atomic():
            assert client.post(where, data, headers={"HX-Request": "true"}).status_code == 200
            transaction.set_rollback(True)
