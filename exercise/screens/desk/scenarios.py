"""The list of scenarios and their versions, and how to begin one."""

from __future__ import annotations

from itertools import groupby
from typing import Any, NamedTuple

from django import forms
from django.contrib import messages
from django.db.models import Count, Exists, OuterRef, Subquery
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from exercise.models import Exercise
from exercise.screens.access import PlannerRequest, planner
from exercise.screens.desk.frame import VERSION, Standing, standing
from exercise.screens.desk.handing_on import handed_on
from exercise.screens.desk.importing.file import LIMIT_MB, FileForm, begun
from exercise.screens.desk.importing.frame import next_page
from scenarios import versions
from scenarios.editing import Refused
from scenarios.models import Edit, MselEntry, Scenario
from scenarios.reading import ScenarioProblems, load, sample_path
from units.text import Text


class Line(NamedTuple):
    """One version in the list."""

    scenario: Scenario
    standing: Standing
    injects: int
    edited_by: str


class NewScenario(FileForm):
    """What a scenario begins with: with a file, its import is the next step."""

    code = forms.SlugField(label=gettext_lazy("Mã kịch bản"), max_length=60)
    title_vi = forms.CharField(label=gettext_lazy("Tên"), max_length=300)
    title_en = forms.CharField(label=gettext_lazy("Tên tiếng Anh"), max_length=300, required=False)
    starts_at = forms.DateTimeField(
        label=gettext_lazy("Thời điểm bắt đầu"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M"],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].required = False


class Clone(forms.Form):
    """What a copy is called."""

    code = forms.SlugField(label=gettext_lazy("Mã kịch bản mới"), max_length=60)


@require_safe
@planner("scenarios")
def scenarios(request: PlannerRequest) -> HttpResponse:
    """Every scenario with its versions, the newest first."""
    return _list(request, NewScenario())


def _list(request: PlannerRequest, form: NewScenario, status: int = 200) -> HttpResponse:
    last = Edit.objects.filter(scenario=OuterRef("pk")).order_by("-number")
    rows = (
        Scenario.objects.select_related("made_by", "approved_by")
        .annotate(
            injects=Subquery(
                MselEntry.objects.filter(scenario=OuterRef("pk"))
                .order_by()
                .values("scenario")
                .annotate(n=Count("pk"))
                .values("n")
            ),
            in_use=Exists(Exercise.objects.filter(scenario=OuterRef("pk"))),
            edited_by=Subquery(last.values("user__name")[:1]),
        )
        .order_by("code", "-version")
    )
    lines = [_line(row) for row in rows]
    groups = [list(found) for _code, found in groupby(lines, key=lambda one: one.scenario.code)]
    # What was worked on last stands first.
    groups.sort(key=lambda group: max(one.scenario.updated_at for one in group), reverse=True)
    context = {"here": "scenarios", "groups": groups, "form": form, "limit_mb": LIMIT_MB}
    return render(request, "desk/scenarios.html", context, status=status)


def _line(row: Any) -> Line:
    who = row.edited_by or str(row.approved_by or row.made_by or "")
    return Line(row, standing(row, used=row.in_use), row.injects or 0, who)


@require_POST
@planner("scenario_new")
def new(request: PlannerRequest) -> HttpResponse:
    """Begin a scenario: a draft with the three phases, and the import of a file into it."""
    form = NewScenario(request.POST, request.FILES)
    if not form.is_valid():
        return _list(request, form, status=422)
    data = form.cleaned_data
    starts_at = data["starts_at"].replace(tzinfo=None)
    title = Text(data["title_vi"], data["title_en"])
    try:
        made = versions.new_scenario(data["code"], request.user, title=title, starts_at=starts_at)
    except Refused as refused:
        known = {"code": "code", "title": "title_vi", "starts_at": "starts_at"}
        form.add_error(known.get(refused.field), str(refused))
        return _list(request, form, status=422)
    if data["file"] is None:
        return redirect("msel", made.code, made.version)
    return redirect(next_page(begun(made, request.user, data["file"])))


@require_POST
@planner("scenario_sample")
def sample(request: PlannerRequest) -> HttpResponse:
    """Take in the sample that ships with the product."""
    try:
        made = load(sample_path())
    except ScenarioProblems as problems:
        messages.error(request, str(problems.problems[0]))
        return redirect("scenarios")
    return redirect("msel", made.code, made.version)


@require_POST
@planner("scenario_new_version")
def new_version(request: PlannerRequest) -> HttpResponse:
    """Go on from a version in a draft of its own."""
    try:
        made = versions.new_version(
            request.scenario, request.user, **handed_on(request.scenario)._asdict()
        )
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("scenarios")
    messages.success(request, _("Đã tạo bản nháp số %s.") % made.version)
    return redirect("msel", made.code, made.version)


@require_POST
@planner("scenario_clone")
def clone(request: PlannerRequest) -> HttpResponse:
    """Copy a version into a scenario of another code."""
    form = Clone(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors["code"])))
        return redirect("scenarios")
    try:
        made = versions.clone(
            request.scenario,
            form.cleaned_data["code"],
            request.user,
            **handed_on(request.scenario)._asdict(),
        )
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("scenarios")
    messages.success(request, _("Đã sao thành kịch bản %s.") % made.code)
    return redirect("msel", made.code, made.version)


urlpatterns = [
    path("scenarios/", scenarios, name="scenarios"),
    path("scenarios/new/", new, name="scenario_new"),
    path("scenarios/sample/", sample, name="scenario_sample"),
    path(f"{VERSION}new-version/", new_version, name="scenario_new_version"),
    path(f"{VERSION}clone/", clone, name="scenario_clone"),
]
