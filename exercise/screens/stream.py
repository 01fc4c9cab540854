"""What a page needs to join the live channel, and the answer that brings it up to date again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language

from exercise.clock import wall_us
from exercise.live import bus, tokens
from exercise.models import Exercise, Participant


@dataclass(frozen=True)
class Stream:
    """Attributes of the page's body that app.js reads."""

    url: str
    token: str
    last: str
    refresh: str


def stream_context(
    exercise: Exercise,
    audience: str,
    refresh: str,
    *,
    participant: Participant | None,
    secret: str = "",
) -> dict[str, Any]:
    """The stream's token and its newest id, asked for before the page is drawn.

    The token is good for as long as ``participant`` takes part and their session lasts, or the
    share link with ``secret`` is the valid one.

    Nothing falls between the two: the exercise was read earlier, to find out who may see it, and is
    read again when the stream has drawn more than it knew of.
    """
    if not settings.LIVE_ENABLED:
        return {"stream": None, "now_wall_ms": wall_us() // 1000}
    if secret:
        _let_in(exercise.pk, secret)
    last, drawn_seq = bus.newest(exercise.pk)
    if drawn_seq > exercise.journal_seq:
        exercise.refresh_from_db()
    language = get_language() or "vi"
    stream = Stream(
        url=f"/live/{exercise.pk}/",
        token=tokens.issue(
            exercise.pk,
            f"{audience}.{language}",
            secret=secret,
            until_s=exercise.board_ends_wall_us // 1_000_000 if secret else None,
            participant_id=participant.pk if participant else None,
            session_id=participant.session_id if participant else None,
        ),
        last=last,
        refresh=refresh,
    )
    return {"stream": stream, "now_wall_ms": wall_us() // 1000}


def _let_in(exercise_id: int, secret: str) -> None:
    """Tell the hub which share link counts; without an answer the page polls until it hears."""
    try:
        bus.set_board_stamp(exercise_id, secret)
    except bus.BusDown:
        pass


def refreshed(
    template: str, context: dict[str, Any], *, stream: Stream | None, drawn_wall_ms: int
) -> HttpResponse:
    """The live fragments as they are now, with what the page needs to join the stream again."""
    response = HttpResponse(render_to_string(template, context | {"oob": True}))
    if stream is not None:
        response["Live-Token"], response["Live-Last"] = stream.token, stream.last
    response["Live-Now"] = str(drawn_wall_ms)
    response["Cache-Control"] = "no-store"
    return response
