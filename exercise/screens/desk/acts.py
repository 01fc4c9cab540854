"""What is done with injects as they stand in the table: moved, copied, removed, put in order, and
undone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from exercise.screens.access import PlannerRequest, planner
from exercise.screens.desk.frame import VERSION, frame
from exercise.screens.desk.moments import length_s, length_words
from scenarios import editing
from scenarios.calendar import MINUTE_US
from scenarios.editing import Refused
from scenarios.models import MselEntry

MOST = 20_000
"""So many injects may be chosen at once."""
MOST_SHOWN = 200
"""So many new numbers are shown beforehand."""


def done(
    response: HttpResponse, *, focus: int | None = None, gone: Sequence[int] = ()
) -> HttpResponse:
    """Tell the page that the version changed: its table is drawn anew, with this row in focus; what
    is gone is chosen no more.
    """
    told: dict[str, Any] = {"focus": focus} | ({"gone": list(gone)} if gone else {})
    response["HX-Trigger"] = json.dumps({"desk:changed": told})
    return response


def _move(request: PlannerRequest, pks: list[int]) -> str:
    by_s = length_s(request.POST.get("by", ""))
    if not by_s:
        raise forms.ValidationError(_("Ghi số phút cần dời, như 15 hoặc −15."))
    if request.POST.get("way") == "earlier":
        by_s = -by_s
    moved = editing.move_injects(request.scenario.pk, request.user, pks, by_s)
    n, by = len(moved), ("+" if by_s > 0 else "") + length_words(by_s)
    said = ngettext("Đã dời %(n)d tin: %(by)s.", "Đã dời %(n)d tin: %(by)s.", n)
    return said % {"n": n, "by": by}


def _copy(request: PlannerRequest, pks: list[int]) -> str:
    made = editing.duplicate_injects(request.scenario.pk, request.user, pks)
    return _("Đã nhân bản thành %s.") % _listed([one.number for one in made])


def _remove(request: PlannerRequest, pks: list[int]) -> str:
    gone = editing.remove_injects(request.scenario.pk, request.user, pks)
    return _("Đã xóa %s.") % _listed(gone)


def _earlier(request: PlannerRequest, pks: list[int]) -> str:
    return _reorder(request, pks, -1)


def _later(request: PlannerRequest, pks: list[int]) -> str:
    return _reorder(request, pks, 1)


def _reorder(request: PlannerRequest, pks: list[int], step: int) -> str:
    """Put an inject one place up or down among those of its minute."""
    entry = MselEntry.objects.filter(scenario=request.scenario, pk=pks[0]).first()
    if entry is None:
        raise Refused("gone", _("Tin này không còn nữa."))
    minute = [one.pk for one in _same_minute(entry)]
    at = minute.index(entry.pk) + step
    if not 0 <= at < len(minute):
        raise Refused("alone", _("Không còn tin nào khác trong phút này ở phía đó."))
    # Down: behind the next one, before what follows it.
    behind = at + 1 if step > 0 else at
    before = minute[behind] if behind < len(minute) else None
    editing.reorder(request.scenario.pk, request.user, entry.pk, before)
    return _("Đã đổi thứ tự tin %s trong phút.") % entry.number


def _same_minute(entry: MselEntry) -> list[MselEntry]:
    """Those among which an inject can be put in order; what stands by counts as one minute."""
    found = MselEntry.objects.filter(scenario=entry.scenario_id, phase=entry.phase)
    if entry.planned_us is None:
        return list(found.filter(planned_us=None).order_by("sort_key"))
    begins_us = entry.planned_us // MINUTE_US * MINUTE_US
    found = found.filter(planned_us__gte=begins_us, planned_us__lt=begins_us + MINUTE_US)
    return list(found.order_by("planned_us", "sort_key"))


def _renumber(request: PlannerRequest, pks: list[int]) -> str:
    n = len(editing.renumber(request.scenario.pk, request.user, set(pks)))
    return ngettext("Đã đánh số lại %(n)d tin.", "Đã đánh số lại %(n)d tin.", n) % {"n": n}


def _undo(request: PlannerRequest, pks: list[int]) -> str:
    return _("Đã hoàn tác: %s.") % editing.undo(request.scenario.pk, request.user).words()


def _redo(request: PlannerRequest, pks: list[int]) -> str:
    return _("Đã làm lại: %s.") % editing.redo(request.scenario.pk, request.user).words()


def _listed(numbers: list[str]) -> str:
    shown = ", ".join(numbers[:6])
    return shown + (f" (+{len(numbers) - 6})" if len(numbers) > 6 else "")


ACTS: dict[str, Callable[[PlannerRequest, list[int]], str]] = {
    "move": _move,
    "copy": _copy,
    "remove": _remove,
    "earlier": _earlier,
    "later": _later,
    "renumber": _renumber,
    "undo": _undo,
    "redo": _redo,
}
ON_NONE = {"renumber", "undo", "redo"}
"""Those that are about no injects in particular."""


@require_POST
@planner("msel_do")
def do(request: PlannerRequest, act: str) -> HttpResponse:
    """Do something with the chosen injects (``pk``), and say what was done or why not."""
    if act not in ACTS:
        raise Http404
    pks = _chosen(request)
    if not pks and act not in ON_NONE:
        return _answer(request, act, _("Chưa chọn tin nào."), status=422)
    if act in ASKED and "sure" not in request.POST:
        return ASKED[act](request, pks)
    try:
        sentence = ACTS[act](request, pks)
    except forms.ValidationError as error:
        return _answer(request, act, " ".join(error.messages), status=422)
    except Refused as refused:
        return _answer(request, act, str(refused), status=409)
    focus = None if act in ON_NONE or act in ASKED else pks[0]
    gone = pks if act == "remove" else []
    return _answer(request, act, sentence, focus=focus, gone=gone)


def _chosen(request: PlannerRequest) -> list[int]:
    asked = request.POST.getlist("pk")[:MOST]
    return list(dict.fromkeys(int(pk) for pk in asked if pk.isdecimal() and len(pk) < 19))


def _ask_to_remove(request: PlannerRequest, pks: list[int]) -> HttpResponse:
    """Whether these are really to be removed."""
    rows = MselEntry.objects.filter(scenario=request.scenario, pk__in=pks)
    context: dict[str, Any] = {
        "scenario": request.scenario,
        "pks": pks,
        "count": rows.count(),
        "numbers": _listed(list(rows.values_list("number", flat=True))),
    }
    return _asked(request, "desk/_sure.html", context)


def _ask_to_renumber(request: PlannerRequest, pks: list[int]) -> HttpResponse:
    """What every inject would be called."""
    every = list(MselEntry.objects.filter(scenario=request.scenario))
    found = editing.renumbered(every, set(pks))
    changes = [(entry, number) for entry, number in found if entry.number != number]
    context: dict[str, Any] = {
        "scenario": request.scenario,
        "pks": pks,
        "changes": changes[:MOST_SHOWN],
        "count": len(changes),
        "more": max(0, len(changes) - MOST_SHOWN),
    }
    return _asked(request, "desk/_renumber.html", context)


def _asked(request: PlannerRequest, question: str, context: dict[str, Any]) -> HttpResponse:
    """A question in the page's dialog or, without JavaScript, on a page of its own."""
    if request.htmx:
        return render(request, question, context)
    context |= frame(request, "msel") | {"question": question}
    return render(request, "desk/sure.html", context)


ASKED: dict[str, Callable[[PlannerRequest, list[int]], HttpResponse]] = {
    "remove": _ask_to_remove,
    "renumber": _ask_to_renumber,
}
"""What is asked first, unless the answer (``sure``) comes with it."""


def _answer(
    request: PlannerRequest,
    act: str,
    sentence: str,
    *,
    status: int = 200,
    focus: int | None = None,
    gone: Sequence[int] = (),
) -> HttpResponse:
    if not request.htmx:
        say = messages.success if status == 200 else messages.error
        say(request, sentence)
        return redirect("msel", request.scenario.code, request.scenario.version)
    context = {
        "scenario": request.scenario,
        "sentence": sentence,
        "ok": status == 200,
        "takes_back": {"undo": "redo"}.get(act, "undo"),
    }
    response = render(request, "desk/_toast.html", context, status=status)
    return done(response, focus=focus, gone=gone) if status == 200 else response


urlpatterns = [path(f"{VERSION}do/<slug:act>/", do, name="msel_do")]
