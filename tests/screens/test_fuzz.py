"""Hostile and broken requests at random: whatever is sent, the server never fails."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from exercise.conduct import COMMANDS
from exercise.models import Attachment, Tasking
from exercise.screens.forms_by_command import FORMS
from tests.screens.test_who_may_what import (
    ROLES,
    STRANGERS,
    Scene,
    addresses,
    arguments,
    kept,
    undone,
)
from units.roles import may

pytestmark = pytest.mark.django_db
HARMLESS = {200, 201, 204, 301, 302, 303, 400, 401, 403, 404, 405, 409, 410, 413, 422, 429}
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
ODD = [
    "",
    " ",
    "0",
    "-1",
    "1",
    "2",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775809",
    "9" * 40,
    "9" * 5000,
    "1e308",
    "nan",
    "inf",
    "1.5",
    "٣",
    "²",
    "\x00",
    "U1\x00",
    "a" * 9000,
    "Ý nghĩa \U0001f6a8 \u202e đảo",
    "\ud800",
    "<script>alert(1)</script>",
    "{actor} %(number)s {0}",
    "' OR 1=1 --",
    "../../etc/passwd",
    "N1 25:99",
    "N99 23:59",
    "N0 00:00",
    "+9999",
    "//evil.example",
    "http://[",
    "/x/\r\nSet-Cookie: a=b",
]


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: Any) -> Iterator[Scene]:
    with kept(django_db_blocker):
        with django_db_blocker.unblock():
            made = Scene()
        yield made


def jpeg() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (4, 4)).save(buffer, "JPEG")
    return buffer.getvalue()


def files() -> list[SimpleUploadedFile]:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
    return [
        SimpleUploadedFile("tranh.svg", svg, "image/svg+xml"),
        SimpleUploadedFile("tranh.jpg", svg, "image/jpeg"),
        SimpleUploadedFile("trang.html", b"<script>alert(1)</script>", "text/html"),
        SimpleUploadedFile("van-ban.pdf", b"<html>", "application/pdf"),
        SimpleUploadedFile("van-ban.docx", EICAR, "application/zip"),
        SimpleUploadedFile("virus.com", EICAR, "application/octet-stream"),
        SimpleUploadedFile("..\\a;b 'mật' & <i>.pdf", b"%PDF-1.7", "application/pdf"),
        SimpleUploadedFile("rong.pdf", b"", "application/pdf"),
        SimpleUploadedFile("lon.pdf", b"%PDF-" + b"0" * (10 * 1024 * 1024), "application/pdf"),
        SimpleUploadedFile("a" * 300 + ".pdf", b"%PDF-", "application/pdf"),
        SimpleUploadedFile("cut.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 9, "image/png"),
        SimpleUploadedFile("anh." + "x" * 190, jpeg(), "image/jpeg"),
        SimpleUploadedFile("anh.html", jpeg() + b"<script>", "image/jpeg"),
        SimpleUploadedFile("\u202egpj.exe", jpeg(), "image/jpeg"),
    ]


def value(chance: random.Random) -> str:
    return chance.choice(ODD) if chance.random() < 0.9 else str(chance.randrange(-(2**70), 2**70))


def path(scene: Scene, chance: random.Random) -> str:
    """An address with its own values or with odd ones."""
    name = chance.choice(sorted(addresses()))
    found = scene.path(name)
    if chance.random() < 0.4:
        return found
    parts = found.split("/")
    place = chance.randrange(1, len(parts))
    odd = chance.choice(
        ["9" * 19, "9" * 40, "9" * 5000, "0", "%00", "%ff%fe", "a%0d%0ab", "x" * 300]
    )
    parts[place] = odd
    return "/".join(parts)


def data(scene: Scene, chance: random.Random, command: str) -> dict[str, Any]:
    good = arguments(scene, command)
    good["next"] = "/"
    fields = [*good, *FORMS[command].base_fields, "planned", "participant", "scenario", "silent"]
    sent = {key: good[key] for key in good if chance.random() < 0.8}
    for _change in range(chance.randrange(1, 5)):
        sent[chance.choice(fields)] = value(chance)
    return {key: _sendable(one) for key, one in sent.items()}


def _sendable(one: Any) -> Any:
    return one.encode("utf-8", "replace").decode() if isinstance(one, str) else one


@pytest.mark.parametrize("seed", range(10))
def test_a_random_session_never_breaks_the_server(scene: Scene, seed: int) -> None:
    chance = random.Random(seed)
    broken = []
    with undone(), scene.drill.at_now():
        for _step in range(30):
            client = scene.client(chance.choice([*ROLES, *STRANGERS]))
            client.raise_request_exception = False
            headers = {"HX-Request": "true"} if chance.random() < 0.6 else {}
            command = chance.choice(sorted(COMMANDS))
            sent: Any = data(scene, chance, command)
            where = path(scene, chance)
            if chance.random() < 0.5:
                where = reverse("do", args=[scene.drill.exercise.code, command])
                if chance.random() < 0.3:
                    sent["files"] = chance.choice(files())
                answer = client.post(where, sent, headers=headers)
            elif chance.random() < 0.7:
                query = {key: value(chance) for key in ("page", "unit", "to", "show", "next")}
                answer = client.get(
                    where, {key: _sendable(one) for key, one in query.items()}, headers=headers
                )
            else:
                answer = client.post(where, sent, headers=headers)
            unready = where.startswith("/readyz") and answer.status_code == 503  # no broker here
            if answer.status_code not in HARMLESS and not unready:
                broken.append((where[:80], answer.status_code, str(sent)[:300]))
    assert broken == []


def test_no_command_breaks_on_an_odd_value_in_any_of_its_fields(scene: Scene) -> None:
    chance, broken = random.Random(7), []
    with scene.drill.at_now():
        for command, form in FORMS.items():
            role = next(role for role in ROLES if may(role, command))
            good = arguments(scene, command)
            for name in {**form.base_fields, "to": None, "unit_codes": None}:
                odd = _sendable(value(chance))
                client = scene.client(role)
                client.raise_request_exception = False
                with undone():
                    answer = client.post(
                        reverse("do", args=[scene.drill.exercise.code, command]),
                        good | {name: odd},
                        headers={"HX-Request": "true"},
                    )
                if answer.status_code not in HARMLESS:
                    broken.append((command, name, odd[:40]))
    assert broken == []


@pytest.mark.parametrize("digits", ["9" * 30, "9" * 5000, "٣", "²", "-1", "\x00"])
def test_numbers_nobody_has_are_refused_outside_of_commands_too(scene: Scene, digits: str) -> None:
    code = scene.drill.exercise.code
    with undone(), scene.drill.at_now():
        director = scene.client("director")
        director.raise_request_exception = False
        for name, args, sent in (
            ("new_run", [], {"scenario": digits}),
            ("people_slips", [code], {"participant": [digits]}),
            ("people_add", [code], {"name": "A", "role": "lead", "unit": digits}),
        ):
            assert director.post(reverse(name, args=args), sent).status_code in HARMLESS, name
        page = director.get(reverse("journal", args=[code]), {"page": digits, "unit": digits})
        assert page.status_code == 200
        look = {"look": "1", "inject_ids": digits, "spacing_min": digits, "decision": digits}
        overdue = director.get(reverse("console_overdue", args=[code]), look)
        assert overdue.status_code == 200
        for path in ("/board/{}/", "/board/{}/live/", "/go/{}/", "/x/{}/console/"):
            assert director.get(path.format(quote(digits))).status_code in {200, 404}, path


def test_bodies_that_are_no_forms_are_refused(scene: Scene) -> None:
    where = reverse("do", args=[scene.drill.exercise.code, "report"])
    multipart = "multipart/form-data; boundary=x"
    bodies = [
        (b"\xff\xfe\x00text=\xc3\x28&tasking_id=%FF", "application/x-www-form-urlencoded"),
        (b"--x\r\nnot a part", multipart),
        (b"", multipart),
        (b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n\xff\r\n--x--', multipart),
        (b"{}", "multipart/form-data"),
        (b"&".join(b"a=1" for _n in range(1200)), "application/x-www-form-urlencoded"),
        (b"text=" + b"a" * (3 * 1024 * 1024), "application/x-www-form-urlencoded"),
    ]
    for body, content_type in bodies:
        with undone(), scene.drill.at_now():
            client: Client = scene.client("lead")
            client.raise_request_exception = False
            answer = client.post(where, data=body, content_type=content_type)
        assert answer.status_code in {302, 400, 413, 422}, (body[:40], answer.status_code)


# ── files ───────────────────────────────────────────────────────────────────────────────────────
ACCEPTED = {6, 9, 11, 12, 13}


@pytest.mark.parametrize("place", range(14))
def test_a_file_is_taken_for_what_it_holds(scene: Scene, place: int) -> None:
    tasking = Tasking.objects.get(pk=scene.drill.tasking("1.02", "U1").pk)
    sent = files()[place]
    with undone(), scene.drill.at_now():
        client = scene.client("lead")
        answer = client.post(
            reverse("do", args=[scene.drill.exercise.code, "report"]),
            {"tasking_id": tasking.pk, "text": "Gửi kèm tệp.", "files": sent},
            headers={"HX-Request": "true"},
        )
        kept_files = list(Attachment.objects.filter(report__text="Gửi kèm tệp."))
        assert answer.status_code == (200 if place in ACCEPTED else 422), answer.content
        assert len(kept_files) == (place in ACCEPTED)
        for file in kept_files:
            got = client.get(reverse("attachment", args=[file.uuid]))
            assert got["Content-Disposition"].startswith("attachment;")
            assert "\n" not in got["Content-Disposition"]
            assert got["Content-Security-Policy"] == "default-src 'none'; sandbox"
            assert got["X-Content-Type-Options"] == "nosniff"
            assert got["Content-Type"] in {"image/jpeg", "application/pdf"}
            # A picture that is a page as well must not become a page on somebody's disk.
            assert file.name.endswith((".pdf", ".jpg"))
            assert "/" not in file.name
            # Read to its end, not closed: that would close the test's own connection.
            assert b"".join(got.streaming_content)
            file.file.delete(save=False)
