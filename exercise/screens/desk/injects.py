"""One inject: looked at, checked field by field, written; and what to do when another was first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from exercise.screens.access import PlannerRequest, planner
from exercise.screens.desk.findings import said_of
from exercise.screens.desk.frame import VERSION, done, frame
from exercise.screens.desk.inject_form import (
    FIRST_FIELD,
    InjectForm,
    Written,
    blank,
    next_number,
    packed,
    unpacked,
    written,
)
from exercise.screens.desk.lists import NUMBERS, Lists
from exercise.screens.desk.moments import moment_words
from exercise.screens.desk.rows import rows_of
from scenarios import editing
from scenarios.editing import Changed, Refused
from scenarios.models import MselEntry
from units.text import LANGUAGES

MINE, THEIRS = "mine", "theirs"
AS_IT_IS = "*"
"""A choice that leaves several units as they are, in a row that can name one."""


@dataclass(frozen=True)
class Difference:
    """A field that two planners wrote differently."""

    name: str
    label: str
    mine: str
    theirs: str


def _entry(request: PlannerRequest, inject_id: int) -> MselEntry:
    rows = MselEntry.objects.select_related("problem", "trigger_entry")
    return get_object_or_404(rows, scenario=request.scenario, pk=inject_id)


# ── looking ─────────────────────────────────────────────────────────────────────────────────────
@require_safe
@planner("msel_inject")
def inject(request: PlannerRequest, inject_id: int) -> HttpResponse:
    """One inject in the inspector, or on a page of its own."""
    entry, lists = _entry(request, inject_id), Lists(request.scenario)
    form = _form(written(entry, lists), lists, entry)
    return _draw(request, form, entry)


@require_safe
@planner("msel_new")
def new(request: PlannerRequest) -> HttpResponse:
    """An empty inject, at the time and in the phase of the one beside it."""
    lists = Lists(request.scenario)
    beside = MselEntry.objects.filter(
        scenario=request.scenario, number=request.GET.get("beside", "")[:20].replace("\0", "")
    ).first()
    phase = beside.phase if beside else next(iter(lists.phases), next(iter(NUMBERS)))
    seen = blank(phase, next_number(phase, lists.numbers))
    if beside and beside.planned_us is not None:
        seen["time"] = moment_words(beside.planned_us, lists.zero)
    return _draw(request, _form(seen, lists, None), None)


def _form(seen: Written, lists: Lists, entry: MselEntry | None) -> InjectForm:
    """A form in which stands what was seen."""
    return InjectForm(_data(seen), lists=lists, seen=seen, pk=entry.pk if entry else None)


def _data(fields: Written) -> QueryDict:
    data = QueryDict(mutable=True)
    for name, value in fields.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return data


def _draw(
    request: PlannerRequest,
    form: InjectForm,
    entry: MselEntry | None,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """The inspector with this form; errors are shown where the form was sent."""
    context = {
        "scenario": request.scenario,
        "entry": entry,
        "form": form,
        "seen": packed(form.seen),
        "errors": form.errors if status != 200 else {},
        "languages": LANGUAGES,
        "lists": form.lists,
        "said": said_of(request.scenario, entry.number) if entry else [],
    } | more
    if not request.htmx:
        return _page(request, context, status)
    if "only" in request.POST and status == 422 and entry is not None:
        return _draw_row(request, form, entry, status)
    response = render(request, "desk/_inject.html", context, status=status)
    if "only" in request.POST:  # sent from a row: the whole stands beside it
        response["HX-Retarget"], response["HX-Reswap"] = "#inspector", "innerHTML"
    return response


def _page(request: PlannerRequest, context: dict[str, Any], status: int) -> HttpResponse:
    return render(request, "desk/inject.html", frame(request, "msel") | context, status=status)


# ── checking ────────────────────────────────────────────────────────────────────────────────────
@require_POST
@planner("msel_check")
def check(request: PlannerRequest, name: str) -> HttpResponse:
    """What is wrong with one field of the form as it stands."""
    if name not in InjectForm.base_fields:
        raise Http404
    pk = request.POST.get("inject", "")
    form = InjectForm(
        request.POST,
        lists=Lists(request.scenario),
        seen=unpacked(request.POST.get("seen", "")),
        pk=int(pk) if pk.isdecimal() and len(pk) < 19 else None,
    )
    wrong = list(form.errors.get(name, ()))
    return render(request, "desk/_field_error.html", {"name": name, "errors": wrong})


# ── writing ─────────────────────────────────────────────────────────────────────────────────────
@require_POST
@planner("msel_add")
def add(request: PlannerRequest) -> HttpResponse:
    """Add an inject."""
    lists = Lists(request.scenario)
    form = InjectForm(request.POST, lists=lists, seen={}, pk=None)
    if not form.is_valid():
        return _draw(request, form, None, status=422)
    try:
        entry = editing.add_inject(request.scenario.pk, request.user, form.values())
    except Refused as refused:
        return _refused(request, form, None, refused)
    return _saved(request, entry.pk, _("Đã thêm tin %s.") % entry.number)


@require_POST
@planner("msel_save")
def save(request: PlannerRequest, inject_id: int) -> HttpResponse:
    """Write what the planner changed, unless another one was first: then show both."""
    lists = Lists(request.scenario)
    seen = unpacked(request.POST.get("seen", ""))
    data = _chosen(request.POST, seen)
    entry = (
        MselEntry.objects.select_related("problem", "trigger_entry")
        .filter(scenario=request.scenario, pk=inject_id)
        .first()
    )
    if entry is None:
        return _gone(request, data, lists)
    form = InjectForm(data, lists=lists, seen=seen or written(entry, lists), pk=entry.pk)
    if not form.is_valid():
        return _draw(request, form, entry, status=422, revision=_revision(request))
    values = form.values()
    if not values:
        return _saved(request, entry.pk, _("Không có gì thay đổi."))
    try:
        saved = editing.change_inject(
            request.scenario.pk,
            request.user,
            entry.pk,
            values,
            expected_revision=_revision(request),
        )
    except Changed as changed:
        if changed.row is None:
            return _gone(request, data, lists)
        return _both(request, form, changed)
    except Refused as refused:
        if refused.code == "gone":
            return _gone(request, data, lists)
        return _refused(request, form, entry, refused, revision=_revision(request))
    return _saved(request, saved.pk, _("Đã lưu tin %s.") % saved.number)


def _revision(request: PlannerRequest) -> int:
    """The revision that the planner saw. None that is known: then another one was first."""
    text = request.POST.get("revision", "")
    return int(text) if text.isdecimal() and len(text) < 10 else -1


def _chosen(posted: QueryDict, seen: Written) -> QueryDict:
    """What the planner wants to stand in the fields: what they posted; as they saw it, where the
    form did not show the field, or where they take what the other one wrote.
    """
    data = posted.copy()
    if shown := posted.getlist("only"):  # a row of the table shows some fields
        data = _data(seen)
        for name in {*shown} & {*InjectForm.base_fields}:
            if posted.getlist(name) != [AS_IT_IS]:
                data.setlist(name, posted.getlist(name))
    take_all = posted.get("keep") == THEIRS
    for name in posted.getlist("differs"):
        theirs = take_all or posted.get(f"pick_{name}") == THEIRS
        if posted.get("keep") != MINE and theirs and name in seen:
            value = seen[name]
            data.setlist(name, value if isinstance(value, list) else [value])
    return data


def _both(request: PlannerRequest, form: InjectForm, changed: Changed) -> HttpResponse:
    """Both versions: the other planner's below, one's own on top of it, nothing lost."""
    lists = Lists(request.scenario)
    entry = _entry(request, changed.row.pk)
    theirs, mine, before = written(entry, lists), form.written(), form.seen
    ours = form.changed()
    merged = {name: mine[name] if name in ours else value for name, value in theirs.items()}
    anew = InjectForm(_data(merged), lists=lists, seen=theirs, pk=entry.pk)
    differences = [
        Difference(name, str(form.fields[name].label), _shown(mine[name]), _shown(theirs[name]))
        for name in form.fields
        if name in ours and _shown(mine[name]) != _shown(theirs[name])
    ]
    taken = [
        Difference(name, str(form.fields[name].label), _shown(before.get(name)), _shown(value))
        for name, value in theirs.items()
        if name not in ours and _shown(before.get(name)) != _shown(value)
    ]
    return _draw(
        request,
        anew,
        entry,
        status=409,
        errors={},
        by=changed.by,
        at=changed.at,
        differences=differences,
        taken=taken,
    )


def _shown(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value or "").replace("\r\n", "\n")


def _gone(request: PlannerRequest, data: QueryDict, lists: Lists) -> HttpResponse:
    """Somebody removed it: what was written can become a new one."""
    form = InjectForm(data, lists=lists, seen={}, pk=None)
    return _draw(request, form, None, status=409, errors={}, gone=True)


def _refused(
    request: PlannerRequest,
    form: InjectForm,
    entry: MselEntry | None,
    refused: Refused,
    **more: Any,
) -> HttpResponse:
    name = FIRST_FIELD.get(refused.field)
    form.add_error(name, str(refused))
    return _draw(request, form, entry, status=409, errors=form.errors, **more)


def _saved(request: PlannerRequest, pk: int, sentence: str) -> HttpResponse:
    """The inspector anew, with what was said; the table is told to draw itself again."""
    scenario = request.scenario
    if not request.htmx:
        messages.success(request, sentence)
        return redirect("msel_inject", scenario.code, scenario.version, pk)
    entry, lists = _entry(request, pk), Lists(scenario)
    form = _form(written(entry, lists), lists, entry)
    return done(_draw(request, form, entry, sentence=sentence), focus=pk)


# ── in the row ──────────────────────────────────────────────────────────────────────────────────
@require_safe
@planner("msel_row")
def row(request: PlannerRequest, inject_id: int) -> HttpResponse:
    """The row of an inject, to be written in."""
    entry, lists = _entry(request, inject_id), Lists(request.scenario)
    if not request.htmx:
        return redirect("msel_inject", request.scenario.code, request.scenario.version, entry.pk)
    return _draw_row(request, _form(written(entry, lists), lists, entry), entry, 200)


def _draw_row(
    request: PlannerRequest, form: InjectForm, entry: MselEntry, status: int
) -> HttpResponse:
    title = "title_en" if get_language().startswith("en") else "title_vi"
    context = {
        "scenario": request.scenario,
        "entry": entry,
        "row": rows_of(form.lists, [entry.pk])[entry.pk],
        "form": form,
        "seen": packed(form.seen),
        "revision": _revision(request) if status != 200 else entry.revision,
        "errors": form.errors if status != 200 else {},
        "title": form[title],
        "several": len(form.seen.get("addressees", ())) > 1,
    }
    return render(request, "desk/_row_edit.html", context, status=status)


urlpatterns = [
    path(f"{VERSION}injects/new/", new, name="msel_new"),
    path(f"{VERSION}injects/add/", add, name="msel_add"),
    path(f"{VERSION}injects/check/<slug:name>/", check, name="msel_check"),
    path(f"{VERSION}injects/<int:inject_id>/", inject, name="msel_inject"),
    path(f"{VERSION}injects/<int:inject_id>/save/", save, name="msel_save"),
    path(f"{VERSION}injects/<int:inject_id>/row/", row, name="msel_row"),
]
