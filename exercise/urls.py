"""Every address of the product; each module of screens names its own."""

from __future__ import annotations

from importlib import import_module
from itertools import chain

SCREENS = (
    "landing",
    "second_step",
    "account",
    "accounts",
    "sign_ins",
    "home",
    "desk.scenarios",
    "desk.msel",
    "desk.chosen",
    "desk.importing",
    "desk.injects",
    "desk.acts",
    "desk.presence",
    "desk.timeline",
    "desk.parts.pages",
    "desk.checks",
    "desk.versions",
    "desk.compare",
    "desk.history",
    "desk.export",
    "people",
    "console",
    "pulse",
    "inbox",
    "evaluation",
    "evaluated",
    "board",
    "report",
    "report_files",
    "report_share",
    "journal",
    "replay",
    "hot_wash",
    "improvement",
    "improvements",
    "comparison",
    "files",
    "commands",
    "health",
)

urlpatterns = list(
    chain.from_iterable(import_module(f"exercise.screens.{name}").urlpatterns for name in SCREENS)
)

handler400 = "exercise.screens.errors.bad_request"
handler403 = "exercise.screens.errors.forbidden"
handler404 = "exercise.screens.errors.not_found"
handler500 = "exercise.screens.errors.failed"
