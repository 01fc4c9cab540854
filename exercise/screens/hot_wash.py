"""The hot wash on the projector: one finding a screen, beside it the board as it was then."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from exercise.review.hot_wash import slides_of
from exercise.review.past import CONTROL_STEPS, moment_at
from exercise.review.past.effects import Unreadable
from exercise.review.report import kept_report
from exercise.screens import replay_link
from exercise.screens.access import ParticipantRequest, navigation, page
from exercise.screens.replay import Asked, local, stage, uncached
from exercise.situation.words import stamp_s


@require_safe
@page("hot_wash")
def show(request: ParticipantRequest) -> HttpResponse:
    """All findings in one page, of which one is seen at a time."""
    exercise = request.exercise
    if exercise.status not in replay_link.OVER:
        context = navigation(request, "replay") | {"hot_wash": True}
        return uncached(render(request, "replay/not_yet.html", context))
    slides = slides_of(kept_report(exercise, get_language() or "vi"))
    return uncached(render(request, "hot_wash/page.html", {"exercise": exercise, "slides": slides}))


@require_safe
@page("hot_wash_moment")
def beside(request: ParticipantRequest) -> HttpResponse:
    """The board at an entry; at the end, where none is named."""
    exercise = request.exercise
    asked = Asked(request.GET)
    asked.is_valid()  # what cannot be meant is left out
    step = CONTROL_STEPS.at(exercise, asked.cleaned_data.get("at"))
    if step is None or exercise.status not in replay_link.OVER:
        return uncached(render(request, "hot_wash/_beside.html", {"not_yet": True}))
    try:
        moment = moment_at(exercise, step)
        context = {
            "exercise": exercise,
            "stage": stage(moment, "board"),
            "seq": moment.seq,
            "label": stamp_s(moment.position_us, moment.exercise),
            "wall": local(exercise, moment.wall_us),
        }
    except Unreadable as problem:
        context = {"exercise": exercise, "unreadable": problem.seq}
    return uncached(render(request, "hot_wash/_beside.html", context))


urlpatterns = [
    path("x/<slug:code>/hot-wash/", show, name="hot_wash"),
    path("x/<slug:code>/hot-wash/moment/", beside, name="hot_wash_moment"),
]
