"""The list of exercises, the fresh install, new runs; and where each role begins in an exercise."""

from __future__ import annotations

from functools import wraps
from typing import Any, NamedTuple

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, Subquery
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from exercise.models import Exercise, Participant, Status
from exercise.screens.access import HOME, ParticipantRequest, View, page
from exercise.screens.entry import lacks_second_factor, must_have_second_factor
from exercise.screens.runs import note_roles, run
from exercise.situation import improvement
from exercise.situation.improvement import Reminder
from scenarios.models import Scenario
from scenarios.phases import PLAYED
from scenarios.reading import ScenarioProblems, load, read, sample_path
from units.models import User
from units.roles import Role
from units.text import Text

GLYPH = {
    Status.PLANNED: "plan",
    Status.RUNNING: "live",
    Status.PAUSED: "due",
    Status.ENDED: "done",
    Status.CLOSED: "done",
}


class ExerciseLine(NamedTuple):
    """An exercise in the list; ``participant`` is ``None`` where the reader takes no part,
    ``reminder`` where nothing of its improvement plan is due of what the reader may see there.
    """

    exercise: Exercise
    glyph: str
    icon: str
    participant: Participant | None
    reminder: Reminder | None


def _strict(view: View) -> View:
    """For administrators and directors, not before they have shown the second factor where it is
    required.
    """

    @wraps(view)
    def guarded(request: Any) -> HttpResponseBase:
        if lacks_second_factor(request) and must_have_second_factor(request.user):
            return redirect("account_second_factor")
        return view(request)

    return guarded


@require_safe
@login_required
@_strict
def home(request: Any) -> HttpResponse:
    """Where a signed-in person begins.

    1. Whoever takes part in one exercise, and does not plan, goes straight to their page of it.
    2. The administrator of an empty install is offered the sample.
    3. Everybody else chooses from a list.
    """
    parts = list(
        Participant.objects.filter(user=request.user)
        .select_related("exercise")
        .order_by("-exercise_id")
    )
    if request.user.is_superuser:
        if not Exercise.objects.exists() and not Scenario.objects.exists():
            return render(request, "home/fresh.html", {"sample": _sample()})
    elif len(parts) == 1 and not request.user.may_plan:
        return redirect(HOME[Role(parts[0].role)], parts[0].exercise.code)
    mine = {part.exercise_id: part for part in parts}
    exercises = (
        Exercise.objects.all() if request.user.is_superuser else [part.exercise for part in parts]
    )
    due = improvement.reminders(improvement.of_parts(request.user))
    return render(
        request,
        "home/page.html",
        {
            "here": "home",
            "lines": [_line(one, mine.get(one.pk), due.get(one.pk)) for one in exercises],
            "scenarios": _may_run(request.user),
            "plans": improvement.may_read(request.user),
        },
    )


def _line(exercise: Exercise, part: Participant | None, reminder: Reminder | None) -> ExerciseLine:
    status = Status(exercise.status)
    glyph = GLYPH[status]
    icon = {"live": "play", "due": "pause"}.get(glyph, glyph)
    return ExerciseLine(exercise, glyph, icon, part, reminder)


def _may_run(user: User) -> list[Scenario]:
    """The scenarios that this administrator, or director of one of their runs, may run again.

    Of each the version approved last, with ``last_run``, the newest exercise made of any version.
    """
    runs = Exercise.objects.filter(scenario__code=OuterRef("code")).order_by("-pk").values("pk")
    scenarios = Scenario.objects.in_force().order_by("-pk").annotate(last_run=Subquery(runs[:1]))
    if user.is_superuser:
        return list(scenarios)
    directed = Participant.objects.filter(user=user, role=Role.DIRECTOR)
    return list(scenarios.filter(code__in=directed.values("exercise__scenario__code")))


# ── making exercises ────────────────────────────────────────────────────────────────────────────
class Sample(NamedTuple):
    """What the sample holds, for the page that offers it."""

    title: Text
    phases: list[tuple[int, Text, int]]
    units: int
    objectives: int
    people: int


def _sample() -> Sample:
    document = read(sample_path())
    titles = {plan.phase: plan.title for plan in document.phases}
    counts = [sum(entry.phase == phase for entry in document.msel) for phase in PLAYED]
    return Sample(
        title=document.title,
        phases=[
            (number, titles[phase], count)
            for number, (phase, count) in enumerate(zip(PLAYED, counts, strict=True), start=1)
        ],
        units=sum(unit.participates for unit in document.units),
        objectives=len(document.objectives),
        people=len(document.people),
    )


@require_POST
@login_required
@_strict
def load_sample(request: Any) -> HttpResponse:
    """Load the sample, make an exercise of it, and show whom to give slips to."""
    if not request.user.is_superuser:
        raise PermissionDenied
    try:
        scenario = load(sample_path())
    except ScenarioProblems as problems:
        messages.error(request, str(problems.problems[0]))
        return redirect("home")
    exercise = run(scenario, request.user, after=None)
    if exercise is None:
        return redirect("home")
    messages.success(request, _("Đã nạp diễn tập mẫu. In phiếu để các đơn vị đăng nhập."))
    note_roles(request, exercise)
    return redirect("people", exercise.code)


@require_POST
@login_required
@_strict
def new_run(request: Any) -> HttpResponse:
    """Make another exercise of a scenario, with the people of its last one."""
    which = request.POST.get("scenario", "")
    # Python refuses to read a number of thousands of digits.
    known = which.isdecimal() and len(which) < 19
    scenario = get_object_or_404(Scenario, pk=int(which) if known else 0)
    if scenario not in _may_run(request.user):
        raise PermissionDenied
    seen = request.POST.get("after", "")
    after = int(seen) if seen.isdecimal() and len(seen) < 19 else None
    exercise = run(scenario, request.user, after=after)
    if exercise is None:
        messages.error(request, _("Cuộc diễn tập này vừa được lập rồi."))
        return redirect("home")
    messages.success(request, _("Đã lập cuộc diễn tập %s.") % exercise.code)
    note_roles(request, exercise)
    return redirect("people", exercise.code)


@require_safe
@page("exercise")
def enter(request: ParticipantRequest) -> HttpResponse:
    """An exercise's own address: on to the page where this role begins."""
    return redirect(HOME[Role(request.participant.role)], request.exercise.code)


urlpatterns = [
    path("home/", home, name="home"),
    path("load-sample/", load_sample, name="load_sample"),
    path("new-run/", new_run, name="new_run"),
    path("x/<slug:code>/", enter, name="exercise"),
]
