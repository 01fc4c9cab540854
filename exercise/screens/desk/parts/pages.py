"""The pages of units, people, objectives, phases and the head; writing what stands on them.

A row is shown in a table; its form takes its place. Without JavaScript the page is drawn with that
form open (``parts/<part>/<pk>/``), and forms lead back to the page.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from exercise.screens.access import PlannerRequest, planner
from exercise.screens.desk.frame import VERSION, frame
from exercise.screens.desk.lists import Lists
from exercise.screens.desk.parts.calendar import Conditions, Phases, StandDowns
from exercise.screens.desk.parts.form import PartForm, Written, packed, unpacked
from exercise.screens.desk.parts.head import Head
from exercise.screens.desk.parts.part import Cell, Part
from exercise.screens.desk.parts.people import People
from exercise.screens.desk.parts.sides import Sides, chosen, sides_of
from exercise.screens.desk.parts.training import Objectives, Problems
from exercise.screens.desk.parts.units import SeenUnitForm, Units
from scenarios import editing
from scenarios.editing import Changed, Refused

PARTS: dict[str, Part] = {
    part.name: part
    for part in (
        Head(),
        Units(),
        People(),
        Objectives(),
        Problems(),
        Phases(),
        Conditions(),
        StandDowns(),
    )
}
PAGES = (
    "scenario_head",
    "scenario_units",
    "scenario_people",
    "scenario_objectives",
    "scenario_phases",
)
NEW = "new"


@dataclass(frozen=True)
class Line:
    """A row as the page shows it: closed, with ``cells``, or open, with its form."""

    part: Part
    key: str
    """Its ``id`` on the page."""
    pk: int = 0
    cells: list[Cell] = field(default_factory=list)
    called: str = ""
    revision: int = 0
    form: PartForm | None = None
    seen: str = ""
    wrong: dict[str, list[str]] = field(default_factory=dict)
    refused: Refused | None = None
    sides: Sides | None = None

    @property
    def labelled(self) -> Iterator[tuple[Any, Cell]]:
        """The cells with what their columns are called."""
        return zip(self.part.columns, self.cells, strict=True)


@dataclass(frozen=True)
class Table:
    """A part with its rows, and the form for another one."""

    part: Part
    lines: list[Line]
    new: Line | None


# ── showing ─────────────────────────────────────────────────────────────────────────────────────
def _page(name: str) -> Callable[..., Any]:
    @require_safe
    @planner(name)
    def view(request: PlannerRequest) -> HttpResponse:
        return _draw(request, name)

    return view


def _draw(
    request: PlannerRequest, name: str, opened: Line | None = None, status: int = 200
) -> HttpResponse:
    """The page ``name``, with one line as given."""
    lists = Lists(request.scenario)
    parts = [part for part in PARTS.values() if part.page == name]
    context = frame(request, name) | {
        "page": name,
        "tables": [_table(part, lists, opened) for part in parts],
        "since_ms": int(time.time() * 1000),
    }
    return render(request, "desk/parts.html", context, status=status)


def _table(part: Part, lists: Lists, opened: Line | None) -> Table:
    draft = lists.scenario.is_draft
    lines = []
    for row in part.rows(lists.scenario):
        line = _closed(part, row, lists)
        if opened is not None and opened.key == line.key:
            line = opened
        elif part.alone:
            line = _opened(part, row, lists)
        lines.append(line)
    new = _new(part, lists) if draft and part.may_add(lists) else None
    if opened is not None and new is not None and opened.key == new.key:
        new = opened
    return Table(part, lines, new)


def _closed(part: Part, row: Any, lists: Lists) -> Line:
    return Line(
        part=part,
        key=f"{part.name}-{row.pk}",
        pk=row.pk,
        cells=part.cells(row, lists),
        called=part.called(row),
        revision=part.revision(row),
    )


def _opened(part: Part, row: Any, lists: Lists) -> Line:
    seen = part.written(row, lists)
    return replace(_closed(part, row, lists), form=_form(part, seen, lists), seen=packed(seen))


def _new(part: Part, lists: Lists) -> Line:
    return Line(
        part=part, key=f"{part.name}-{NEW}", form=part.form(part.blank(lists), lists=lists, seen={})
    )


def _form_of(part: Part, *, new: bool) -> type[PartForm]:
    return SeenUnitForm if isinstance(part, Units) and not new else part.form


def _form(part: Part, seen: Written, lists: Lists) -> PartForm:
    return _form_of(part, new=False)(seen, lists=lists, seen=seen)


def _part(name: str) -> Part:
    if name not in PARTS:
        raise Http404
    return PARTS[name]


def _row(request: PlannerRequest, part: Part, pk: int) -> Any:
    row = part.row(request.scenario, pk)
    if row is None:
        raise Http404
    return row


@require_safe
@planner("part_row")
def row(request: PlannerRequest, part: str, pk: int) -> HttpResponse:
    """One row: its form, or (``?closed``) the row as it is."""
    which, lists = _part(part), Lists(request.scenario)
    found = _row(request, which, pk)
    opens = request.scenario.is_draft and "closed" not in request.GET
    line = (_opened if opens else _closed)(which, found, lists)
    if not request.htmx:
        return _draw(request, which.page, line)
    return _draw_line(request, line)


def _draw_line(request: PlannerRequest, line: Line, status: int = 200, **more: Any) -> HttpResponse:
    context = {"scenario": request.scenario, "line": line, "part": line.part} | more
    return render(request, "desk/_part_line.html", context, status=status)


# ── writing ─────────────────────────────────────────────────────────────────────────────────────
@require_POST
@planner("part_add")
def add(request: PlannerRequest, part: str) -> HttpResponse:
    """Add a row."""
    which, lists = _part(part), Lists(request.scenario)
    if not which.new:
        raise Http404
    form = which.form(request.POST, lists=lists, seen={})
    line = Line(part=which, key=f"{which.name}-{NEW}", form=form)
    if not form.is_valid():
        return _not_saved(request, line)
    try:
        made = which.add(request.scenario, request.user, form.values())
    except Refused as refused:
        return _not_saved(request, line, refused)
    return _saved(request, which, made.pk, _("Đã thêm %s."), added=True)


@require_POST
@planner("part_save")
def save(request: PlannerRequest, part: str, pk: int) -> HttpResponse:
    """Write what the planner changed in a row, unless another one was first: then show both."""
    which, lists = _part(part), Lists(request.scenario)
    kind = _form_of(which, new=False)
    seen = unpacked(request.POST.get("seen", ""), which.form)
    form = kind(chosen(request.POST, seen), lists=lists, seen=seen)
    found = which.row(request.scenario, pk)
    if found is None:
        return _gone(request, which, form)
    line = replace(
        _closed(which, found, lists), form=form, seen=packed(seen), revision=_revision(request)
    )
    if not form.is_valid():
        return _not_saved(request, line)
    values = form.values()
    if not values:
        return _saved(request, which, pk, _("Không có gì thay đổi: %s."))
    try:
        which.change(request.scenario, request.user, found, values, _revision(request))
    except Changed as changed:
        if changed.row is None:
            return _gone(request, which, form)
        return _both(request, line, changed)
    except Refused as refused:
        if refused.code == "gone":
            return _gone(request, which, form)
        return _not_saved(request, line, refused)
    return _saved(request, which, pk, _("Đã lưu %s."))


def _revision(request: PlannerRequest) -> int:
    """The revision that the planner saw. None that is known: then another one was first."""
    text = request.POST.get("revision", "")
    return int(text) if text.isdecimal() and len(text) < 10 else -1


@require_POST
@planner("part_remove")
def remove(request: PlannerRequest, part: str, pk: int) -> HttpResponse:
    """Remove a row; told where it still is needed."""
    which = _part(part)
    if not which.removable:
        raise Http404
    found = _row(request, which, pk)
    called = which.called(found)
    try:
        which.remove(request.scenario, request.user, found)
    except Refused as refused:
        return _told(request, which, str(refused), ok=False)
    return _told(request, which, _("Đã xóa %s.") % called, ok=True)


@require_POST
@planner("part_shift")
def shift(request: PlannerRequest, part: str, pk: int) -> HttpResponse:
    """Put a row one place up (``by=-1``) or down."""
    which = _part(part)
    if not which.ordered:
        raise Http404
    by = -1 if request.POST.get("by") == "-1" else 1
    try:
        editing.shift(request.scenario.pk, request.user, which.model, pk, by)
    except Refused as refused:
        return _told(request, which, str(refused), ok=False)
    if not request.htmx:
        return redirect(f"{_address(request, which)}#{which.name}-{pk}")
    request.scenario.refresh_from_db()
    lists = Lists(request.scenario)
    context = {"scenario": request.scenario, "table": _table(which, lists, None)}
    return _noted(render(request, "desk/_part_rows.html", context))


# ── answers ─────────────────────────────────────────────────────────────────────────────────────
def _address(request: PlannerRequest, part: Part) -> str:
    return reverse(part.page, args=[request.scenario.code, request.scenario.version])


def _noted(response: HttpResponse, **more: Any) -> HttpResponse:
    """Tell the page that the version changed by its own hand: what counts, counts anew."""
    response["HX-Trigger"] = json.dumps({"desk:saved": more})
    return response


def _not_saved(request: PlannerRequest, line: Line, refused: Refused | None = None) -> HttpResponse:
    """The form again, with what is wrong under its fields."""
    assert line.form is not None
    status = 422
    if refused is not None:
        status = 409
        line.form.add_error(line.form.field_of(refused.field), str(refused))
    line = replace(
        line, wrong={name: list(map(str, words)) for name, words in line.form.errors.items()}
    )
    if not request.htmx:
        return _draw(request, line.part.page, line, status)
    response = _draw_line(request, line, status)
    return response if line.pk else _for_new(response, line)


def _for_new(response: HttpResponse, line: Line) -> HttpResponse:
    """Into the place of the form for a new row."""
    response["HX-Retarget"], response["HX-Reswap"] = f"#{line.key}", "outerHTML"
    return response


def _saved(
    request: PlannerRequest, part: Part, pk: int, sentence: str, *, added: bool = False
) -> HttpResponse:
    request.scenario.refresh_from_db()
    lists = Lists(request.scenario)
    found = _row(request, part, pk)
    sentence %= part.called(found)
    if not request.htmx:
        messages.success(request, sentence)
        return redirect(f"{_address(request, part)}#{part.name}-{pk}")
    more: dict[str, Any] = {"sentence": sentence, "ok": True, "takes_back": "undo"}
    if added:
        table = _table(part, lists, None)
        context = {"scenario": request.scenario, "table": table, "spent": f"{part.name}-{NEW}"}
        response = render(request, "desk/_part_added.html", context | more)
        return _noted(response, focus=f"{part.name}-{NEW}" if table.new else "")
    line = (_opened if part.alone else _closed)(part, found, lists)
    return _noted(_draw_line(request, line, **more), focus=line.key)


def _told(request: PlannerRequest, part: Part, sentence: str, *, ok: bool) -> HttpResponse:
    """A sentence, and of what was removed nothing more."""
    if not request.htmx:
        (messages.success if ok else messages.error)(request, sentence)
        return redirect(_address(request, part))
    request.scenario.refresh_from_db()
    context = {
        "scenario": request.scenario,
        "sentence": sentence,
        "ok": ok,
        "takes_back": "undo" if ok else "",
    }
    response = render(request, "desk/_part_gone.html", context, status=200 if ok else 409)
    if not ok:
        response["HX-Reswap"] = "none"
        return response
    return _noted(response)


def _both(request: PlannerRequest, line: Line, changed: Changed) -> HttpResponse:
    """Both versions: the other planner's below, one's own on top of it, nothing lost."""
    part, lists = line.part, Lists(request.scenario)
    found = _row(request, part, line.pk)
    assert line.form is not None
    theirs = part.written(found, lists)
    sides = sides_of(line.form, theirs, by=changed.by, at=changed.at)
    both = replace(
        _closed(part, found, lists),
        form=_form_of(part, new=False)(sides.merged, lists=lists, seen=theirs),
        seen=packed(theirs),
        sides=sides,
    )
    if not request.htmx:
        return _draw(request, part.page, both, 409)
    return _draw_line(request, both, 409)


def _gone(request: PlannerRequest, part: Part, form: PartForm) -> HttpResponse:
    """Somebody removed it: what was written stands in the form for a new one."""
    lists = Lists(request.scenario)
    anew = part.form({**form.seen, **form.written()}, lists=lists, seen={})
    sentence = _("Người khác vừa xóa mục này. Những gì bạn viết còn ở đây: thêm thì thành mục mới.")
    refused = Refused("gone", sentence)
    line = Line(part=part, key=f"{part.name}-{NEW}", form=anew, refused=refused)
    if not request.htmx:
        return _draw(request, part.page, line, 409)
    return _for_new(_draw_line(request, line, 409), line)


urlpatterns = [
    *(
        path(f"{VERSION}{name.removeprefix('scenario_')}/", _page(name), name=name)
        for name in PAGES
    ),
    path(f"{VERSION}parts/<slug:part>/add/", add, name="part_add"),
    path(f"{VERSION}parts/<slug:part>/<int:pk>/", row, name="part_row"),
    path(f"{VERSION}parts/<slug:part>/<int:pk>/save/", save, name="part_save"),
    path(f"{VERSION}parts/<slug:part>/<int:pk>/remove/", remove, name="part_remove"),
    path(f"{VERSION}parts/<slug:part>/<int:pk>/shift/", shift, name="part_shift"),
]
