"""Whether the system works, for control: the pulse that its pages ask for, and the details."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from exercise.clock import wall_us
from exercise.live import backlog
from exercise.models import Exercise, TimerHeartbeat
from exercise.screens.access import ParticipantRequest, page
from exercise.screens.console import drawer
from exercise.situation import health

MOST_SHOWN = 60


@require_safe
@page("pulse")
def pulse(request: ParticipantRequest) -> HttpResponse:
    """The banner and the chip where they changed; nothing where the page shows them already.

    Not pushed: timers that are dead push nothing. Nothing is written, so that a page left open
    keeps nobody signed in.
    """
    shown = request.GET.get("shown", "")[:MOST_SHOWN]
    found = _pulse(request.exercise, channel_of(request.exercise), health.disks(), shown)
    if found.key == shown:
        answer = HttpResponse(status=204)
    else:
        context = {"pulse": found, "exercise": request.exercise}
        answer = render(request, "health/_pulse.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


@require_safe
@page("console_health")
def details(request: ParticipantRequest) -> HttpResponse:
    """Heartbeats, lateness of releases, what comes next, the channel, the disk."""
    exercise, now = request.exercise, wall_us()
    channel, disks = channel_of(exercise), health.disks()
    drawn_seq = channel.drawn_seq if channel and channel.answers else None
    return drawer(
        request,
        "health/_details.html",
        {
            "heading": _("Tình trạng hệ thống"),
            "pulse": _pulse(exercise, channel, disks),
            "heartbeat_us": TimerHeartbeat.newest_us(),
            "now_us": now,
            "groups": health.processes(now),
            "drift": health.drift(exercise),
            "releases": health.next_releases(exercise),
            "channel": channel,
            "undrawn": None if drawn_seq is None else max(0, exercise.journal_seq - drawn_seq),
            "disks": disks,
        },
    )


def _pulse(
    exercise: Exercise,
    channel: health.Channel | None,
    disks: list[health.Disk],
    shown: str = "",
) -> health.Pulse:
    return health.pulse(exercise, now_wall_us=wall_us(), channel=channel, disks=disks, shown=shown)


def channel_of(exercise: Exercise) -> health.Channel | None:
    """What the broker says; ``None`` where the install has none."""
    if not settings.LIVE_ENABLED:
        return None
    found = backlog.backlog(exercise.pk)
    streams = backlog.open_streams()
    if found is None:
        return health.Channel(answers=False, streams=streams)
    return health.Channel(True, found.drawn_seq, found.waiting, streams)


urlpatterns = [
    path("x/<slug:code>/pulse/", pulse, name="pulse"),
    path("x/<slug:code>/console/health/", details, name="console_health"),
]
