"""What the pages of one version have around them: its name, how far it has come, its pages."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from django.http import HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from exercise.screens.access import PlannerRequest
from scenarios.models import Scenario, present

VERSION = "scenarios/<slug:code>/<int:version>/"
"""Where the pages of a version are."""

INJECT = "inject-"
"""How ``Presence.where`` names an open inject: by its number, behind this."""

SECTIONS = (
    ("msel", _("Tình huống")),
    ("scenario_head", _("Thông tin chung")),
    ("scenario_units", pgettext_lazy("several", "Đơn vị")),
    ("scenario_people", pgettext_lazy("several", "Người")),
    ("scenario_objectives", _("Mục tiêu")),
    ("scenario_phases", _("Giai đoạn")),
    ("scenario_checks", _("Kiểm tra")),
    ("scenario_versions", _("Phiên bản")),
)
"""The pages of a version by their URL names. A page that the product has not is left out."""


class Section(NamedTuple):
    """An entry of the bar of pages."""

    name: str
    path: str
    label: str | Promise


class Other(NamedTuple):
    """Somebody else who is at work on the version, and the inject that they have open."""

    name: str
    inject: str


class Standing(NamedTuple):
    """How far a version has come: the glyph's state, the glyph, the words."""

    state: str
    glyph: str
    word: str | Promise


def standing(scenario: Scenario, *, used: bool | None = None) -> Standing:
    """How far a version has come. ``used``: whether exercises were made of it, where known."""
    if scenario.is_draft:
        if scenario.submitted_at is not None:
            return Standing("due", "due", _("chờ duyệt"))
        return Standing("plan", "plan", _("bản nháp"))
    if scenario.used if used is None else used:
        return Standing("live", "play", _("đã dùng"))
    return Standing("done", "done", _("đã duyệt"))


def path_of(name: str, scenario: Scenario) -> str:
    """The address of a page of a version; empty where the product has no such page."""
    try:
        return reverse(name, args=[scenario.code, scenario.version])
    except NoReverseMatch:
        return ""


def others(request: PlannerRequest) -> list[Other]:
    """Who else is at work on the version at this moment."""
    return [
        Other(str(one.user), one.where.removeprefix(INJECT) if one.where.startswith(INJECT) else "")
        for one in present(request.scenario)
        if one.user_id != request.user.pk
    ]


def frame(request: PlannerRequest, section: str) -> dict[str, Any]:
    """The inputs of ``desk/frame.html`` on a page of ``request.scenario``."""
    scenario = request.scenario
    found = [(name, path_of(name, scenario), label) for name, label in SECTIONS]
    return {
        "here": "scenarios",
        "scenario": scenario,
        "standing": standing(scenario),
        "sections": [Section(*one) for one in found if one[1]],
        "section": section,
        "others": others(request),
    }


def done(response: HttpResponse, *, focus: int | None = None) -> HttpResponse:
    """Tell the page that the version changed: its table is drawn anew, with this row in focus."""
    response["HX-Trigger"] = json.dumps({"desk:changed": {"focus": focus}})
    return response
