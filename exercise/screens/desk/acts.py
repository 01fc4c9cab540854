"""What is done with injects as they stand in the table: moved, copied, removed, put in order, and
undone. What is asked before is in ``asking``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from exercise.screens.access import PlannerRequest, planner
from exercise.screens.desk.asking import ASKED, ask, listed, move_asked
from exercise.screens.desk.chosen import MOST, Seen, TooMany, gone, moves, seen_in
from exercise.screens.desk.frame import VERSION, done
from exercise.screens.desk.moments import length_words
from exercise.templatetags.drill import Grouped
from scenarios import editing
from scenarios.editing import Outdated, Refused
from scenarios.models import Edit, MselEntry


class Did(NamedTuple):
    """What an act says that it did; ``now``: what the page then knows of the chosen rows."""

    words: str
    now: str = ""


def _move(request: PlannerRequest, seen: Seen) -> Did:
    by_s = move_asked(request.POST)
    moved = editing.move_injects(request.scenario.pk, request.user, list(seen), by_s, seen=seen)
    n, by = len(moved), ("+" if by_s > 0 else "") + length_words(by_s)
    said = ngettext("Đã dời %(n)d tin: %(by)s.", "Đã dời %(n)d tin: %(by)s.", n)
    return Did(said % {"n": n, "by": by}, moves(moved))


def _copy(request: PlannerRequest, seen: Seen) -> Did:
    made = editing.duplicate_injects(request.scenario.pk, request.user, list(seen))
    return Did(_("Đã nhân bản thành %s.") % listed([one.number for one in made]))


def _remove(request: PlannerRequest, seen: Seen) -> Did:
    numbers = editing.remove_injects(request.scenario.pk, request.user, list(seen), seen=seen)
    return Did(_("Đã xóa %s.") % listed(numbers), gone(seen))


def _earlier(request: PlannerRequest, seen: Seen) -> Did:
    return _reorder(request, next(iter(seen)), -1)


def _later(request: PlannerRequest, seen: Seen) -> Did:
    return _reorder(request, next(iter(seen)), 1)


def _reorder(request: PlannerRequest, pk: int, step: int) -> Did:
    """Put an inject one place up or down among those of its minute."""
    entry = MselEntry.objects.filter(scenario=request.scenario, pk=pk).first()
    if entry is None:
        raise Refused("gone", _("Tin này không còn nữa."))
    minute = [one.pk for one in editing.same_minute(entry)]
    at = minute.index(entry.pk) + step
    if not 0 <= at < len(minute):
        raise Refused("alone", _("Không còn tin nào khác trong phút này ở phía đó."))
    # Down: behind the next one, before what follows it.
    behind = at + 1 if step > 0 else at
    before = minute[behind] if behind < len(minute) else None
    editing.reorder(request.scenario.pk, request.user, entry.pk, before)
    return Did(_("Đã đổi thứ tự tin %s trong phút.") % entry.number)


def _renumber(request: PlannerRequest, seen: Seen) -> Did:
    pks = () if "whole" in request.POST else set(seen)
    changed = editing.renumber(request.scenario.pk, request.user, pks, seen=seen)
    n = len(changed)
    said = ngettext("Đã đánh số lại %(n)d tin.", "Đã đánh số lại %(n)d tin.", n)
    return Did(said % {"n": n}, moves(changed))


def _undo(request: PlannerRequest, seen: Seen) -> Did:
    edit = editing.undo(request.scenario.pk, request.user)
    return Did(_("Đã hoàn tác: %s.") % edit.words(), _moved_by(edit))


def _redo(request: PlannerRequest, seen: Seen) -> Did:
    edit = editing.redo(request.scenario.pk, request.user)
    return Did(_("Đã làm lại: %s.") % edit.words(), _moved_by(edit))


def _moved_by(edit: Edit) -> str:
    """Each inject that an edit changed is one revision further when that is undone or redone."""
    name = MselEntry._meta.model_name
    pks = {
        one["pk"]
        for one in edit.changes
        if one["model"] == name and one["before"] is not None and one["after"] is not None
    }
    found = MselEntry.objects.filter(scenario=edit.scenario_id).only("pk", "revision").order_by()
    return moves([one for one in found if one.pk in pks])


ACTS: dict[str, Callable[[PlannerRequest, Seen], Did]] = {
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
SHOWS = {"move", "copy", "earlier", "later"}
"""Those after which the table shows the first of the chosen injects."""


@require_POST
@planner("msel_do")
def do(request: PlannerRequest, act: str) -> HttpResponse:
    """Do something with the chosen injects (``rows``), and say what was done or why not; where
    others changed one of them since it was seen, ask first.
    """
    if act not in ACTS:
        raise Http404
    try:
        seen = seen_in(request.POST)
    except TooMany:
        most = _("Chọn nhiều nhất %s tin một lần.") % Grouped(MOST)
        return _refused(request, most, status=422)
    if not seen and act not in ON_NONE:
        return _refused(request, _("Chưa chọn tin nào."), status=422)
    try:
        return _done_or_asked(request, act, seen)
    except forms.ValidationError as error:
        return _refused(request, " ".join(error.messages), status=422)
    except Refused as refused:
        return _refused(request, str(refused), status=409)


def _done_or_asked(request: PlannerRequest, act: str, seen: Seen) -> HttpResponse:
    # Sure is only who was asked about these: without them, nobody was.
    sure = "sure" in request.POST and bool(seen or "whole" in request.POST)
    if act in ASKED and not sure:
        return ask(request, act, seen)
    try:
        did = ACTS[act](request, seen)
    except Outdated:
        return ask(request, act, seen, status=409)
    return _did(request, act, did, focus=next(iter(seen)) if act in SHOWS else None)


def _refused(request: PlannerRequest, sentence: str, *, status: int) -> HttpResponse:
    if not request.htmx:
        messages.error(request, sentence)
        return redirect("msel", request.scenario.code, request.scenario.version)
    context = {"scenario": request.scenario, "sentence": sentence, "ok": False}
    return render(request, "desk/_toast.html", context, status=status)


def _did(request: PlannerRequest, act: str, did: Did, *, focus: int | None) -> HttpResponse:
    if not request.htmx:
        messages.success(request, did.words)
        return redirect("msel", request.scenario.code, request.scenario.version)
    context = {
        "scenario": request.scenario,
        "sentence": did.words,
        "now": did.now,
        "ok": True,
        "takes_back": {"undo": "redo"}.get(act, "undo"),
    }
    return done(render(request, "desk/_toast.html", context), focus=focus)


urlpatterns = [path(f"{VERSION}do/<slug:act>/", do, name="msel_do")]
