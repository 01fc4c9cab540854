"""Replay: the board and the console as they were at any moment, drawn by their own templates.

No page here joins the live channel, gives a command or opens anything of today.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from exercise.clock import frozen
from exercise.models import IN_PLAY, Exercise
from exercise.review.past import CONTROL_STEPS, OBSERVER_STEPS, Moment, Steps, moment_at
from exercise.review.past.effects import Unreadable
from exercise.review.past.steps import Step
from exercise.screens import replay_link
from exercise.screens.access import ParticipantRequest, navigation, page
from exercise.screens.console import legend
from exercise.situation import board, console, log
from exercise.situation.words import stamp_s
from units.roles import CONTROL, Role

LONGEST_US = 2**53
"""What a browser can count exactly; any drill is over long before."""
MOST_ENTRIES = 2**31 - 1
PACES = (1, 10, 60, 300, 600)
VIEWS = ("console", "board")


class Asked(forms.Form):
    """Which moment: an entry's number, an exercise time, or both; and what to look at."""

    at = forms.IntegerField(required=False, min_value=0, max_value=MOST_ENTRIES)
    us = forms.IntegerField(required=False, min_value=0, max_value=LONGEST_US)
    view = forms.ChoiceField(required=False, choices=[(view, view) for view in VIEWS])


@dataclass(frozen=True)
class Reader:
    """Who looks back: the entries they may step through, what they may look at."""

    steps: Steps
    views: tuple[str, ...]
    public: bool = False
    hidden: frozenset[str] = frozenset()
    """Kinds of which they are not told what was done."""


AS_CONTROL = Reader(CONTROL_STEPS, VIEWS)
AS_EVALUATOR = Reader(CONTROL_STEPS, VIEWS, hidden=log.JUDGED_KINDS)
AS_OBSERVER = Reader(OBSERVER_STEPS, ("board",), public=True)


@require_safe
@page("replay")
def show(request: ParticipantRequest) -> HttpResponse:
    """A moment of the exercise: for control once it has begun, for evaluators once it is over."""
    exercise, role = request.exercise, Role(request.participant.role)
    context = navigation(request, "replay") | {"may_link": role in CONTROL}
    open_in = {*replay_link.OVER, *(IN_PLAY if role in CONTROL else ())}
    if exercise.status not in open_in:
        return uncached(render(request, "replay/not_yet.html", context))
    reader = AS_CONTROL if role in CONTROL else AS_EVALUATOR
    if role in CONTROL and exercise.status in replay_link.OVER and not request.htmx:
        link = replay_link.make(exercise)
        address = reverse("replay_public", args=[link.token])
        context |= {
            "link": request.build_absolute_uri(address),
            "link_until": local(exercise, link.until_wall_us),
        }
    return _answer(request, exercise, reader, context)


@require_safe
def public(request: HttpRequest, token: str) -> HttpResponse:
    """The board's replay by its link: no account, and nothing but what the board told of."""
    try:
        exercise = replay_link.read(token)
    except replay_link.RunOut:
        return uncached(render(request, "replay/expired.html", status=410))
    except replay_link.NotALink:
        raise Http404 from None
    return _answer(request, exercise, AS_OBSERVER, {"exercise": exercise})


def _answer(
    request: Any, exercise: Exercise, reader: Reader, context: dict[str, Any]
) -> HttpResponse:
    asked = Asked(request.GET)
    asked.is_valid()  # what cannot be meant is left out
    wanted = asked.cleaned_data
    step = reader.steps.at(exercise, wanted.get("at"), wanted.get("us"))
    if step is None:
        raise Http404
    view = wanted.get("view") if wanted.get("view") in reader.views else reader.views[0]
    try:
        shown = _moment(exercise, step, reader, str(view))
    except Unreadable as problem:
        unreadable = context | {"seq": problem.seq, "moment_id": "moment"}
        return uncached(render(request, "replay/unreadable.html", unreadable, status=409))
    if request.htmx:
        response = render(request, "replay/_moment.html", context | shown)
        response["HX-Replace-Url"] = f"{request.path}?{shown['permalink']}"
        return uncached(response)
    first_us, last_us = reader.steps.ends(exercise)
    more = {
        "first_us": first_us,
        "last_us": max(last_us, first_us + 1),
        "paces": PACES,
        "public": reader.public,
    }
    return uncached(render(request, "replay/page.html", context | shown | more))


def _moment(exercise: Exercise, step: Step, reader: Reader, view: str) -> dict[str, Any]:
    """What ``replay/_moment.html`` draws."""
    moment = moment_at(exercise, step)
    past, entry = moment.exercise, step.entry
    told = entry.kind in log.PUBLIC_KINDS if reader.public else entry.kind not in reader.hidden
    units = {unit.code: unit for unit in moment.facts.units.values()}
    return {
        "moment": moment,
        "past": past,
        "stage": stage(moment, view, hidden=reader.hidden),
        "view": view,
        "views": reader.views if len(reader.views) > 1 else (),
        "permalink": query(moment, step, view),
        "before": step.before,
        "after": step.after,
        "row": log.row(past, entry, units, public=reader.public) if told else None,
        "label": stamp_s(moment.position_us, past),
        "wall": local(exercise, moment.wall_us),
        "phases": [row for row in past.phases if row.started_us is not None],
    }


def query(moment: Moment, step: Step, view: str) -> str:
    """The permalink's query: the entry, and the exercise time where it is not the entry's own."""
    found: dict[str, Any] = {"at": step.seq}
    if moment.wall_us != step.wall_us:
        found["us"] = moment.position_us
    return urlencode(found | {"view": view})


def stage(moment: Moment, view: str, *, hidden: frozenset[str] = frozenset()) -> SafeString:
    """The board or the console at a moment, by the templates of the live ones.

    Args:
        hidden: kinds that the console's log leaves out, beside those that it always does.
    """
    facts = moment.facts
    with frozen(moment.wall_us):
        if view == "board":
            template, context = "board/_board.html", board.context(facts)
        else:
            units = {unit.code: unit for unit in facts.units.values()}
            entries = log.latest(facts.exercise, without=log.QUIET_KINDS | hidden)
            template = "console/_past.html"
            context = console.page_context(facts) | {
                "log_rows": log.rows(facts.exercise, entries, units=units),
                "legend": legend(),
            }
        context["clock"]["still_wall_ms"] = moment.wall_us // 1000
        return render_to_string(template, context | {"replaying": True})


def local(exercise: Exercise, wall_us: int) -> datetime:
    """A wall moment where the exercise is held."""
    moment = datetime.fromtimestamp(wall_us // 1_000_000, UTC)
    return moment.astimezone(ZoneInfo(exercise.timezone))


def uncached(response: HttpResponse) -> HttpResponse:
    """Neither kept by a browser nor listed by a search engine."""
    response["X-Robots-Tag"] = "noindex"
    response["Cache-Control"] = "no-store"
    return response


urlpatterns = [
    path("x/<slug:code>/replay/", show, name="replay"),
    path("replay/<str:token>/", public, name="replay_public"),
]
