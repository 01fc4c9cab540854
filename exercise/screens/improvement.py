"""The improvement plan of one drill: its corrective actions, one of them, adding and rewording."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from exercise.conduct import COMMANDS, Refused
from exercise.health import counted
from exercise.models import (
    ActionState,
    CorrectiveAction,
    CorrectiveActionChange,
    Exercise,
    JournalEntry,
)
from exercise.screens.access import ParticipantRequest, navigation, page
from exercise.screens.improvement_forms import ActionForm, AddActionForm, EditActionForm
from exercise.screens.said import said
from exercise.situation import improvement, strip
from units.roles import CONTROL, may

USUAL_DAYS = 30
"""How long an owner is given unless another day is chosen."""

JUDGEMENTS = ("tasking_rated", "action_rated", "objective_rated", "observation_recorded")
"""The entries of the journal that an action may answer."""

ASKED_AS = {"owner": "owner_code", "unit": "unit_code"}
"""Fields of an action that its form calls otherwise."""


class Change(NamedTuple):
    """One line of an action's history."""

    row: CorrectiveActionChange
    at: Any
    state: str
    glyph: str
    reworded: list[tuple[Any, str, str]]


# ── the list ────────────────────────────────────────────────────────────────────────────────────
@require_safe
@page("improvement")
def show(request: ParticipantRequest) -> HttpResponse:
    """The actions of the drill that concern the reader; ``?from=`` begins one from an observation,
    by the number of its journal entry.
    """
    form = None
    if request.participant.role in CONTROL:
        seen = request.GET.get("from", "")
        known = seen.isdecimal() and len(seen) < 10
        form = AddActionForm(
            exercise=request.exercise,
            initial=_begun(request.exercise, int(seen)) if known else _empty(),
        )
    return _draw(request, form, opened="from" in request.GET)


def _draw(
    request: ParticipantRequest, form: ActionForm | None, *, opened: bool = False, status: int = 200
) -> HttpResponse:
    visible = improvement.of_participant(request.participant)
    actions = list(visible.select_related("owner", "unit", "exercise"))
    context = _frame(request) | {
        "lines": improvement.lines(actions),
        "reminder": improvement.reminder(visible),
        "form": form,
        "opened": opened or not actions,
        "may_start": form is not None and request.exercise.status != "planned",
    }
    return render(request, "improvement/page.html", context, status=status)


def _frame(request: ParticipantRequest) -> dict[str, Any]:
    return navigation(request, "improvement") | strip.context(request.exercise)


def _empty() -> dict[str, Any]:
    return {"due": improvement.today() + timedelta(days=USUAL_DAYS)}


def _begun(exercise: Exercise, seq: int) -> dict[str, Any]:
    """What a judgement or observation already says of the action that it calls for."""
    entries = JournalEntry.objects.filter(exercise=exercise, kind__in=JUDGEMENTS)
    entry = entries.filter(seq=seq).first()
    if entry is None:
        return _empty()
    objective = str(entry.data.get("objective") or "")
    if not objective and entry.inject_number:
        tested = exercise.injects.filter(number=entry.inject_number).values_list(
            "objectives", flat=True
        )
        objective = str(next((codes[0] for codes in tested if codes), ""))
    return _empty() | {
        "source_seq": entry.seq,
        "finding": str(entry.data.get("text") or entry.data.get("note") or ""),
        "owner_code": entry.unit_code,
        "unit_code": entry.unit_code,
        "inject_number": entry.inject_number,
        "objective": objective,
    }


@require_POST
@page("improvement_add")
def add(request: ParticipantRequest) -> HttpResponse:
    """Write an action down, or show the form again with what is wrong."""
    form = AddActionForm(request.POST, exercise=request.exercise)
    made = _given(request, "add_action", form)
    if made is None:
        return _draw(request, form, opened=True, status=422)
    return redirect("improvement", request.exercise.code)


def _given(request: ParticipantRequest, command: str, form: ActionForm) -> CorrectiveAction | None:
    """The command carried out with what the form says; ``None`` where the form says why not."""
    if not form.is_valid():
        counted.refusal(command, counted.NOT_VALID)
        return None
    try:
        made: CorrectiveAction = COMMANDS[command](
            request.exercise.pk, request.actor, **form.arguments()
        )
    except Refused as refused:
        form.add_error("due" if refused.code == "past" else None, str(refused))
        return None
    messages.success(request, said(command, made))
    return made


# ── one action ──────────────────────────────────────────────────────────────────────────────────
@require_safe
@page("improvement_action")
def action(request: ParticipantRequest, action_id: int) -> HttpResponse:
    """One action: what it is, what can be done with it now, its history."""
    found = _visible(request, action_id)
    form = None
    if may(request.participant.role, "edit_action") and found.to_do:
        form = EditActionForm(exercise=request.exercise, initial=_as_form(found))
    return _draw_action(request, found, form)


def _visible(request: ParticipantRequest, action_id: int) -> CorrectiveAction:
    visible = improvement.of_participant(request.participant)
    return get_object_or_404(
        visible.select_related("owner", "unit", "exercise__scenario"), pk=action_id
    )


def _as_form(action: CorrectiveAction) -> dict[str, Any]:
    return {
        "action_id": action.pk,
        "revision": action.revision,
        "finding": action.finding,
        "measure": action.measure,
        "owner_code": action.owner.code,
        "responsible": action.responsible,
        "due": action.due,
        "unit_code": action.unit.code if action.unit else "",
        "objective": action.objective,
        "problem": action.problem,
        "inject_number": action.inject_number,
    }


def _draw_action(
    request: ParticipantRequest,
    action: CorrectiveAction,
    form: ActionForm | None,
    *,
    opened: bool = False,
    status: int = 200,
) -> HttpResponse:
    scenario = action.exercise.scenario
    steps = {
        name: action.can(name) and may(request.participant.role, f"{name}_action")
        for name in ("begin", "finish", "verify", "reopen", "drop")
    }
    context = _frame(request) | {
        "line": improvement.lines([action])[0],
        "objective": scenario.objectives.filter(code=action.objective).first(),
        "problem": scenario.problems.filter(code=action.problem).first(),
        "inject": action.exercise.injects.filter(number=action.inject_number).first(),
        "steps": steps if any(steps.values()) else None,
        "changes": [_change(row) for row in action.changes.all()],
        "form": form,
        "opened": opened,
        "controls": request.participant.role in CONTROL,
    }
    return render(request, "improvement/action.html", context, status=status)


def _change(row: CorrectiveActionChange) -> Change:
    state, glyph = improvement.GLYPHS[ActionState(row.to_state)]
    reworded = [
        (ActionForm.base_fields[ASKED_AS.get(name, name)].label, old, new)
        for name, (old, new) in row.reworded.items()
    ]
    at = timezone.localtime(improvement.moment(row.wall_us))
    return Change(row, at, state, "note" if reworded else glyph, reworded)


@require_POST
@page("improvement_edit")
def edit(request: ParticipantRequest, action_id: int) -> HttpResponse:
    """Reword it, or show the form again with what is wrong."""
    found = _visible(request, action_id)
    sent = request.POST.copy()
    sent["action_id"] = str(found.pk)
    form = EditActionForm(sent, exercise=request.exercise)
    if _given(request, "edit_action", form) is None:
        return _draw_action(request, found, form, opened=True, status=422)
    return redirect("improvement_action", request.exercise.code, found.pk)


urlpatterns = [
    path("x/<slug:code>/improvement/", show, name="improvement"),
    path("x/<slug:code>/improvement/add/", add, name="improvement_add"),
    path("x/<slug:code>/improvement/<int:action_id>/", action, name="improvement_action"),
    path("x/<slug:code>/improvement/<int:action_id>/edit/", edit, name="improvement_edit"),
]
