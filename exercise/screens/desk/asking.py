"""What is asked before something is done with many injects: whether they are really to go, what
they would be called; and, whatever is to be done, what changed since the planner saw them.

A question shows the injects as they are now, and carries that on: who answers it knows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from exercise.screens.access import PlannerRequest
from exercise.screens.desk.chosen import Seen, as_they_are, gone, packed
from exercise.screens.desk.frame import done, frame
from exercise.screens.desk.moments import length_s, length_words
from scenarios import editing
from scenarios.editing import News, Refused, What
from scenarios.models import MselEntry
from units.models import User

MOST_SHOWN = 200
"""So many new numbers are shown beforehand."""
MOST_NEWS = 10


class Told(NamedTuple):
    """What happened to one inject."""

    number: str
    words: str


def ask(request: PlannerRequest, act: str, seen: Seen, *, status: int = 200) -> HttpResponse:
    """The question before an act, with what happened to the injects since they were ``seen``; none
    of them: the act is about all.

    Raises:
        Refused: none of them is left.
    """
    whole = not seen or "whole" in request.POST
    # Before the news: what somebody changes in between is told, and asked about once more.
    now = as_they_are(request.scenario, None if whole else seen)
    news = editing.news_of(request.scenario, seen, whole=whole) if seen else []
    if not now and not whole:
        raise Refused("gone", _("Các tin đã chọn không còn nữa."), _("Tải lại trang."))
    template, more = _QUESTIONS[act]
    context: dict[str, Any] = {
        "scenario": request.scenario,
        "rows": packed(now),
        "whole": whole,
        "count": len(now),
        "news": [Told(one.number, _said(one, request.user)) for one in news[:MOST_NEWS]],
        "news_count": len(news),
        "news_more": max(0, len(news) - MOST_NEWS),
        "gone": gone(one.pk for one in news if one.what is What.REMOVED),
    }
    context |= more(request, now, whole)
    if not request.htmx:
        context |= frame(request, "msel") | {"question": template}
        return render(request, "desk/sure.html", context, status=status)
    response = render(request, template, context, status=status)
    response["HX-Retarget"], response["HX-Reswap"] = "#sure-in", "innerHTML"
    # To look again: behind the question stands the table as it is now.
    return done(response) if news else response


def _said(one: News, reader: User) -> str:
    """Who did what to it, and when."""
    by = _("bạn") if one.by == reader else one.by
    if by is None or one.at is None:
        return {
            What.CHANGED: _("đã được sửa"),
            What.REMOVED: _("đã bị xóa"),
            What.ADDED: _("mới thêm"),
        }[one.what]
    words = {
        What.CHANGED: _("%(by)s sửa lúc %(at)s"),
        What.REMOVED: _("%(by)s xóa lúc %(at)s"),
        What.ADDED: _("%(by)s thêm lúc %(at)s"),
    }[one.what]
    return words % {"by": by, "at": f"{localtime(one.at):%H:%M}"}


def _removing(request: PlannerRequest, now: Seen, whole: bool) -> dict[str, Any]:
    numbers = MselEntry.objects.filter(scenario=request.scenario, pk__in=list(now)[:SHOWN])
    found = list(numbers.order_by("sort_key").values_list("number", flat=True))
    return {"numbers": listed(found, len(now))}


def _renumbering(request: PlannerRequest, now: Seen, whole: bool) -> dict[str, Any]:
    """What every inject would be called."""
    every = list(MselEntry.objects.filter(scenario=request.scenario))
    found = editing.renumbered(every, () if whole else now)
    changes = [(entry, number) for entry, number in found if entry.number != number]
    return {
        "changes": changes[:MOST_SHOWN],
        "count": len(changes),
        "more": max(0, len(changes) - MOST_SHOWN),
    }


def _moving(request: PlannerRequest, now: Seen, whole: bool) -> dict[str, Any]:
    by_s = move_asked(request.POST)
    asked = {name: request.POST.get(name, "") for name in ("by", "way")}
    return asked | {"earlier": by_s < 0, "length": length_words(abs(by_s))}


def move_asked(posted: Mapping[str, str]) -> int:
    """By how many seconds injects are to be moved; earlier is negative.

    Raises:
        ValidationError: by none, or what cannot be read.
    """
    by_s = length_s(posted.get("by", ""))
    if not by_s:
        raise forms.ValidationError(_("Ghi số phút cần dời, như 15 hoặc −15."))
    return -by_s if posted.get("way") == "earlier" else by_s


SHOWN = 6


def listed(numbers: Sequence[str], count: int | None = None) -> str:
    """Numbers in a sentence, shortened; ``count``: so many there are."""
    count = len(numbers) if count is None else count
    shown = ", ".join(numbers[:SHOWN])
    return shown + (f" (+{count - SHOWN})" if count > SHOWN else "")


_QUESTIONS: dict[str, tuple[str, Callable[[PlannerRequest, Seen, bool], dict[str, Any]]]] = {
    "remove": ("desk/_sure.html", _removing),
    "renumber": ("desk/_renumber.html", _renumbering),
    "move": ("desk/_move.html", _moving),
}
ASKED = {"remove", "renumber"}
"""Those that are asked about always; the others only where something changed."""
