"""The status board: for participants by sign-in, for observers by the share link."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_safe

from exercise.clock import wall_us
from exercise.models import Exercise, Participant
from exercise.screens.access import ParticipantRequest, page
from exercise.screens.stream import refreshed, stream_context
from exercise.situation import board
from exercise.situation.facts import read_facts


@require_safe
@page("board")
def show(request: ParticipantRequest) -> HttpResponse:
    """The board inside the exercise."""
    return _board(
        request,
        request.exercise,
        reverse("board_live", args=[request.exercise.code]),
        participant=request.participant,
    )


@require_safe
@page("board_live")
def live(request: ParticipantRequest) -> HttpResponse:
    """The board as it is now."""
    return _refresh(request, request.exercise, participant=request.participant)


@require_safe
def public(request: HttpRequest, token: str) -> HttpResponse:
    """The board by its share link: no account, nothing but what the board shows."""
    exercise = _by_link(token)
    if has_expired(exercise):
        return _expired(request)
    return _board(request, exercise, reverse("board_public_live", args=[token]), secret=token)


@require_safe
def public_live(request: HttpRequest, token: str) -> HttpResponse:
    """The board as it is now, by its share link."""
    exercise = _by_link(token)
    if has_expired(exercise):
        return _expired(request)
    return _refresh(request, exercise, secret=token)


def _by_link(token: str) -> Exercise:
    try:
        return Exercise.objects.get(board_token=token)
    except Exercise.DoesNotExist:
        raise Http404 from None


def has_expired(exercise: Exercise) -> bool:
    """Whether the share link's time is over. The address is the same when it is extended."""
    return wall_us() >= exercise.board_ends_wall_us


def _expired(request: HttpRequest) -> HttpResponse:
    response = _unlisted(render(request, "board/expired.html", status=410))
    response["Refresh"] = "60"  # nobody stands at a wall to load it again once it is extended
    return response


def _board(
    request: HttpRequest,
    exercise: Exercise,
    refresh: str,
    *,
    participant: Participant | None = None,
    secret: str = "",
) -> HttpResponse:
    context = stream_context(exercise, "board", refresh, participant=participant, secret=secret)
    context |= board.context(read_facts(exercise)) | {"participant": participant}
    # No "Referrer-Policy: no-referrer", though the address is the key: the language form would then
    # be sent with "Origin: null". The site's "same-origin" lets it leave with no click either.
    return _unlisted(render(request, "board/page.html", context))


def _unlisted(response: HttpResponse) -> HttpResponse:
    response["X-Robots-Tag"] = "noindex"
    response["Cache-Control"] = "no-store"
    return response


def _refresh(
    request: HttpRequest,
    exercise: Exercise,
    *,
    participant: Participant | None = None,
    secret: str = "",
) -> HttpResponse:
    stream = stream_context(exercise, "board", request.path, participant=participant, secret=secret)
    return refreshed(
        "board/_board.html",
        board.context(read_facts(exercise)),
        stream=stream["stream"],
        drawn_wall_ms=stream["now_wall_ms"],
    )


urlpatterns = [
    path("x/<slug:code>/board/", show, name="board"),
    path("x/<slug:code>/board/live/", live, name="board_live"),
    path("board/<slug:token>/", public, name="board_public"),
    path("board/<slug:token>/live/", public_live, name="board_public_live"),
]
