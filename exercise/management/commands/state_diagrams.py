"""Draw every state machine from its declaration into docs/state-machines.md."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from exercise.models import CorrectiveAction, Exercise, Inject, Posture, ReportVersion, Tasking

MACHINES = (
    ("Exercise status", Exercise, "status"),
    ("Exercise phase", Exercise, "phase"),
    ("Posture", Posture, "state"),
    ("Inject", Inject, "state"),
    ("Tasking", Tasking, "state"),
    ("Corrective action", CorrectiveAction, "state"),
    ("After-action report", ReportVersion, "state"),
)


class Command(BaseCommand):
    help = "Generate docs/state-machines.md from the code; --check fails when it is out of date."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        target = Path(settings.BASE_DIR) / "docs" / "state-machines.md"
        text = document()
        if options["check"]:
            if not target.exists() or target.read_text() != text:
                raise CommandError(f"{target.name} is out of date: run manage.py state_diagrams")
            return
        target.parent.mkdir(exist_ok=True)
        target.write_text(text)
        self.stdout.write(f"{target.name} written")


def document() -> str:
    """The whole page as Markdown with Mermaid diagrams."""
    parts = [
        "# State machines",
        "",
        "Generated from the code by `manage.py state_diagrams`; a test keeps it true.",
        "A transition happens only inside a command. A guard in brackets is a condition that",
        "says in a sentence what is missing.",
        "",
    ]
    with translation.override("vi"):
        for title, model, field_name in MACHINES:
            parts += _machine(title, model, field_name)
    return "\n".join(parts)


def _machine(title: str, model: Any, field_name: str) -> list[str]:
    field = model._meta.get_field(field_name)
    transitions = sorted(
        field.get_all_transitions(model), key=lambda one: (one.source, one.target, one.name)
    )
    lines = [f"## {title} (`{model.__name__}.{field_name}`)", "", "```mermaid", "stateDiagram-v2"]
    lines.append(f"    [*] --> {field.default}")
    for one in transitions:
        guards = ", ".join(condition.__name__.strip("_") for condition in one.conditions)
        label = f"{one.name} [{guards}]" if guards else one.name
        lines.append(f"    {one.source} --> {one.target}: {label}")
    left = {one.source for one in transitions}
    lines += [f"    {state} --> [*]" for state, _label in field.choices if state not in left]
    lines += ["```", "", "| state | Tiếng Việt |", "|---|---|"]
    lines += [f"| `{state}` | {label} |" for state, label in field.choices]
    lines += ["", "| transition | meaning |", "|---|---|"]
    for name in sorted({one.name for one in transitions}):
        meaning = (inspect.getdoc(getattr(model, name)) or "").split("\n")[0]
        lines.append(f"| `{name}` | {meaning} |")
    return [*lines, ""]
