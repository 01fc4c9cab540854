"""Vietnamese is written in the source; English must be complete, compiled and current."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"
PLACEHOLDER = re.compile(r"%\((\w+)\)[sdg]|\{(\w+)\}|%[sd]")


def test_every_message_has_its_english() -> None:
    entries = polib.pofile(str(CATALOGUE))

    assert not entries.untranslated_entries()
    assert not entries.fuzzy_entries()


def test_placeholders_are_the_same_on_both_sides() -> None:
    broken = []
    for entry in polib.pofile(str(CATALOGUE)):
        wanted = {match.group() for match in PLACEHOLDER.finditer(entry.msgid)}
        for side in entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]:
            if {match.group() for match in PLACEHOLDER.finditer(side)} != wanted:
                broken.append(entry.msgid)

    assert not broken


def test_the_compiled_catalogue_is_current() -> None:
    def content(entries: polib._BaseFile) -> dict[tuple[str, str], object]:
        return {
            (one.msgctxt or "", one.msgid): one.msgstr_plural if one.msgid_plural else one.msgstr
            for one in entries
        }

    compiled = polib.mofile(str(CATALOGUE.with_suffix(".mo")))
    assert content(compiled) == content(polib.pofile(str(CATALOGUE)))


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="needs gettext")
def test_nothing_in_the_source_is_missing_from_the_catalogue(tmp_path: Path) -> None:
    copy = tmp_path / "project"
    unwanted = (".venv", "var", ".git", "tests", "docs", "benchmarks", "__pycache__", ".*_cache")
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*unwanted))
    subprocess.run(
        [sys.executable, "manage.py", "makemessages", "--locale", "en", "--no-obsolete"],
        cwd=copy,
        check=True,
        capture_output=True,
        env={
            **os.environ,
            "EXERCISE_VAR": str(tmp_path / "var"),
            "DJANGO_SETTINGS_MODULE": "exercise.settings",
        },
    )

    fresh = polib.pofile(str(copy / "locale" / "en" / "LC_MESSAGES" / "django.po"))
    known = {(one.msgctxt, one.msgid) for one in polib.pofile(str(CATALOGUE))}
    assert {(one.msgctxt, one.msgid) for one in fresh} == known
