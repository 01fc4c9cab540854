"""Write the tables of roles, commands and pages from the code into docs/roles.md."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from exercise.screens.access import ADMINISTRATION, HOME, OVER_ALL_DRILLS, OWN, PAGES
from units.roles import ALLOWED, Role


class Command(BaseCommand):
    help = "Generate docs/roles.md from the code; --check fails when it is out of date."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        target = Path(settings.BASE_DIR) / "docs" / "roles.md"
        text = document()
        if options["check"]:
            if not target.exists() or target.read_text() != text:
                raise CommandError(f"{target.name} is out of date: run manage.py roles_table")
            return
        target.parent.mkdir(exist_ok=True)
        target.write_text(text)
        self.stdout.write(f"{target.name} written")


def document() -> str:
    """The whole page as Markdown."""
    with translation.override("vi"):
        roles = [f"| `{role}` | {role.label} | `{HOME[role]}` |" for role in Role]
    return "\n".join(
        [
            "# Roles",
            "",
            "Generated from the code by `manage.py roles_table`; a test keeps it true, another one",
            "tries every role on every address and every command.",
            "",
            "| role | Tiếng Việt | begins at |",
            "|---|---|---|",
            *roles,
            "",
            "A role holds in one exercise. To everybody else the exercise does not exist (404),",
            "the install's administrator included; whoever has not signed in is sent to the",
            "landing page; a participant of another role is refused (403). Unit members reach",
            "their own unit's taskings and posture alone, an evaluator those of their unit.",
            "",
            "## Commands",
            "",
            *_table("command", ALLOWED.items()),
            "",
            "## Pages",
            "",
            "By name of the address. `do` is where commands are sent: each asks the table above.",
            "`attachment` is narrowed to the unit that sent the file. The board by its share link,",
            "the landing page and what signs people in need no role.",
            "",
            *_table("page", PAGES.items()),
            "",
            "## Outside an exercise",
            "",
            "Everybody who is signed in, about their own account: "
            + ", ".join(f"`{name}`" for name in OWN)
            + ".",
            "",
            "Planners, and whoever conducts a drill or belongs to a unit of one, what they may",
            "see of each: " + ", ".join(f"`{name}`" for name in OVER_ALL_DRILLS) + ".",
            "",
            "The install's administrator alone: "
            + ", ".join(f"`{name}`" for name in ADMINISTRATION)
            + ".",
            "",
        ]
    )


def _table(what: str, rows: Iterable[tuple[str, frozenset[Role]]]) -> list[str]:
    head = f"| {what} | " + " | ".join(str(role) for role in Role) + " |"
    lines = [head, "|---|" + ":-:|" * len(Role)]
    for name, allowed in rows:
        cells = " | ".join("✓" if role in allowed else "" for role in Role)
        lines.append(f"| `{name}` | {cells} |")
    return lines
