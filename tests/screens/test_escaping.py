"""Words of people are words on every page: whatever they hold, a browser reads it as text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.urls import reverse

from exercise.live.draw import draw
from tests.screens.test_pages import SHOWN, get, text
from tests.screens.test_who_may_what import ROLES, Scene, arguments, kept, undone
from units.roles import may
from units.text import TextPairField

pytestmark = pytest.mark.django_db

MARK = "nguyhiem"
HOSTILE = f"<script>\"'&{MARK}"
ESCAPED = (
    "&lt;script&gt;&quot;&#x27;&amp;",  # in text and in attributes
    "\\u003Cscript\\u003E\\\"'\\u0026",  # in an island of JSON
    "&lt;script&gt;\\&quot;&#x27;&amp;",  # JSON in an attribute
)
GIVEN = (
    *("rate", "record_finding", "correct", "add_inject", "report", "complete", "return_tasking"),
    *("waive", "rate_action", "add_action", "finish_action", "verify_action", "reopen_action"),
)
"""Commands with words in them whose entries the journal's pages then show."""
WORDS = (
    *("reason", "text", "note", "place", "words", "finding", "measure", "responsible"),
    *("title_vi", "title_en", "content_vi", "content_en"),
)
UNCHANGEABLE = {"journalentry", "accountevent", "correctiveactionchange", "edit"}
LONG = 150
"""A column of letters as long as this holds words, not a code."""


def rows_made_hostile() -> list[str]:
    """Every free text of every row that may be changed, and which there were."""
    found = []
    for app in ("units", "scenarios", "exercise"):
        for model in apps.get_app_config(app).get_models():
            if model._meta.model_name in UNCHANGEABLE:
                continue
            new = {
                field.name: words
                for field in model._meta.concrete_fields
                if (words := _words(field))
            }
            if new and model._default_manager.update(**new):
                found += [f"{model._meta.model_name}.{name}" for name in new]
    return found


def _words(field: Any) -> Any:
    if isinstance(field, TextPairField):
        return {"vi": HOSTILE, "en": HOSTILE}
    if field.name == "expected_actions":
        return [{"vi": HOSTILE, "en": HOSTILE}]
    free = isinstance(field, models.TextField) or (
        type(field) is models.CharField and (field.max_length or 0) >= LONG
    )
    a_name_to_sign_in_by = field.name == "username"
    return HOSTILE if free and not (field.choices or field.unique or a_name_to_sign_in_by) else None


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: Any) -> Iterator[Scene]:
    with kept(django_db_blocker):
        with django_db_blocker.unblock():
            made = Scene()
            assert {
                "unit.name",
                "user.name",
                "inject.content",
                "report.text",
                "finding.place",
            } <= set(rows_made_hostile())
            for command in GIVEN:
                told(made, command)
        yield made


def told(scene: Scene, command: str) -> None:
    """A command through the pages' door, its free words hostile."""
    who = next(role for role in ROLES if may(role, command))
    # Otherwise than the rows are by now, or a correction would correct nothing.
    data = arguments(scene, command) | dict.fromkeys(WORDS, f"{HOSTILE} mới")
    path = reverse("do", args=[scene.drill.exercise.code, command])
    answer = scene.ask(who, "POST", path, data, headers={"HX-Request": "true"})
    assert answer.status_code in {200, 204, 409, 422}, (command, answer.status_code)
    assert_words_only(text(answer), command)
    scene.drill.fresh()


def assert_words_only(page: str, where: object) -> None:
    for found in re.finditer(MARK, page):
        before = page[: found.start()]
        assert before.endswith(ESCAPED), (where, page[max(0, found.start() - 120) : found.end()])


@pytest.mark.parametrize("name", sorted(SHOWN))
def test_no_page_takes_words_for_markup(scene: Scene, name: str) -> None:
    page = text(get(scene, SHOWN[name][0], scene.path(name)))
    assert page.count(MARK) > 0
    assert_words_only(page, name)


def test_nor_does_one_while_a_real_world_stop_is_called(scene: Scene) -> None:
    with undone():
        told(scene, "call_real_world_stop")
        for name in ("console", "inbox", "evaluate", "board"):
            page = text(get(scene, SHOWN[name][0], scene.path(name)))
            assert page.count(MARK) > 0
            assert_words_only(page, name)


def test_nor_does_anything_that_a_stream_carries(scene: Scene) -> None:
    audiences = set()
    for since in (None, 1):
        with scene.drill.at_now():
            frames, _seq = draw(scene.drill.exercise.pk, since_seq=since)
        for frame in frames:
            assert_words_only(frame.html, frame.audience)
            if MARK in frame.html:
                audiences.add(frame.audience.split(".")[0].split("-")[0])
    assert audiences >= {"board", "control", "unit", "evaluation", "evaluated"}


def test_the_journal_holds_words_of_every_kind_that_these_commands_write(scene: Scene) -> None:
    """The pages above must not be clean because nothing was written."""
    written = {
        entry.kind for entry in scene.drill.exercise.journal.all() if MARK in str(entry.data)
    }
    assert written >= {
        *("inject_added", "inject_corrected", "observation_recorded"),
        *("tasking_rated", "action_rated"),
        *("tasking_reported", "tasking_returned", "tasking_waived"),
    }
