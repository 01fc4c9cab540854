"""What is generated into docs/ agrees with the code."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from exercise.management.commands.state_diagrams import document


def test_the_state_diagrams_are_those_of_the_code():
    assert (Path(settings.BASE_DIR) / "docs" / "state-machines.md").read_text() == document()
