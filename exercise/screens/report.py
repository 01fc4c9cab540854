"""The after-action report: read on a page, written by control, signed by the director."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from exercise.conduct import Refused, write_report
from exercise.conduct.reporting import own_words
from exercise.models import Chapter, Exercise, ReportState, ReportVersion
from exercise.review import charts
from exercise.review.files import FORMATS
from exercise.review.outline import Part, Table, not_as_planned, outline
from exercise.review.report import Report, kept_report
from exercise.review.report.narrative import told
from exercise.review.report.values import ChapterText
from exercise.screens import report_access
from exercise.screens.access import ParticipantRequest, navigation, page
from exercise.screens.report_forms import WriteReportForm
from units.roles import may

MOST_INJECTS = 300
"""With more, the page shows those that did not go as planned; files have them all."""


def language() -> str:
    """The reader's language, as reports know it."""
    return "en" if (get_language() or "vi").startswith("en") else "vi"


def chosen(
    request: ParticipantRequest, number: object
) -> tuple[ReportVersion | None, list[ReportVersion]]:
    """The version of this number, without one the newest; and all that the reader may choose from.

    Raises:
        PermissionDenied: the reader may read no report of this exercise.
        Http404: there is no such version, or it is not for this reader.
    """
    known = report_access.readable(request.participant)
    if known is None:
        raise PermissionDenied
    if not number:
        return (known[0] if known else None), known
    found = next((one for one in known if str(one.number) == str(number)), None)
    if found is None:
        raise Http404
    return found, known


@require_safe
@page("report")
def show(request: ParticipantRequest) -> HttpResponse:
    """The report as a page; ``?version=`` is its number."""
    version, known = chosen(request, request.GET.get("version"))
    exercise, role = request.exercise, request.participant.role
    context = navigation(request, "report") | body(exercise, version)
    writable = version is not None and version.state == ReportState.DRAFT
    context |= {
        "versions": known,
        "formats": FORMATS,
        "over": exercise.status in report_access.OVER,
        "may_begin": may(role, "begin_report") and not (version and version.open),
        "may_review": may(role, "review_report"),
        "own_words": version is not None and own_words(version, request.user.pk),
        "may_sign": may(role, "sign_report"),
        "may_write": writable and may(role, "write_report"),
        "replay": moments_at(exercise),
    }
    if writable and version is not None and context["may_write"]:
        context["chapters"] = [ChapterField.of(version, chapter) for chapter in Chapter]
    return render(request, "report/page.html", context)


def moments_at(exercise: Exercise) -> str:
    """The address of a moment of the replay, without its number."""
    return f"{reverse('replay', args=[exercise.code])}?at="


def body(exercise: Exercise, version: ReportVersion | None) -> dict[str, Any]:
    """What the page shows of a version, whoever reads it."""
    report = kept_report(exercise, language(), version)
    found = outline(report)
    parts = {part.code: part for part in found.numbered}
    return {
        "exercise": exercise,
        "version": version,
        "report": report,
        "outline": found,
        "plan": charts.plan_chart(report.plan, report.head.played_us, report.stamp),
        "strips": charts.strip_chart(report.acknowledgements),
        "parts": parts,
        "closing": [_part_of(chapter) for chapter in report.narrative.chapters[1:]],
        "injects": _shortened(report, parts["injects"]),
    }


def _part_of(chapter: ChapterText) -> Part:
    return Part(chapter.chapter, chapter.title, paragraphs=chapter.paragraphs)


def _shortened(report: Report, part: Part) -> dict[str, Any]:
    """The table of injects; of very many, those that did not go as planned."""
    whole = part.tables[0]
    if len(whole.rows) <= MOST_INJECTS:
        return {"table": whole, "left_out": 0}
    rows = not_as_planned(report, whole).rows[:MOST_INJECTS]
    table = Table(whole.title, whole.columns, rows)
    return {"table": table, "left_out": len(whole.rows) - len(rows)}


# ── writing ─────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class ChapterField:
    """One chapter as it is written; ``refused`` says why it was not saved."""

    chapter: str
    title: str
    text: str
    revision: int
    saved: bool = False
    refused: str = ""

    @classmethod
    def of(cls, version: ReportVersion, chapter: Chapter) -> ChapterField:
        """The chapter as it stands."""
        return cls(
            chapter=chapter.value,
            title=str(chapter.label),
            text=version.narrative.get(chapter.value, ""),
            revision=version.revisions.get(chapter.value, 0),
        )


@require_POST
@page("report_write")
def write(request: ParticipantRequest) -> HttpResponse:
    """Save a chapter while it is being written; answers with what the form says of it."""
    chapter = request.POST.get("chapter", "")
    if chapter not in Chapter.values:
        raise Http404
    form = WriteReportForm(request.POST, exercise=request.exercise)
    if not form.is_valid():
        said = " ".join(str(error) for errors in form.errors.values() for error in errors)
        return _saved(request, Chapter(chapter), 422, refused=said)
    given = form.arguments()
    try:
        version = write_report(request.exercise.pk, request.actor, **given)
    except Refused as refused:
        said = str(refused)
        return _saved(request, Chapter(chapter), 409, revision=given["revision"], refused=said)
    found = told(request.exercise, version.narrative, _stamp(request.exercise))
    read = {
        "part": next(_part_of(one) for one in found if one.chapter == chapter),
        "replay": moments_at(request.exercise),
    }
    revision = version.revisions.get(chapter, 0)
    return _saved(request, Chapter(chapter), 200, revision=revision, read=read)


def _stamp(exercise: Exercise) -> Callable[[int], str]:
    return lambda play_us: exercise.calendar.label(play_us, language=language())


def _saved(
    request: HttpRequest,
    chapter: Chapter,
    status: int,
    *,
    revision: int = 0,
    refused: str = "",
    read: dict[str, Any] | None = None,
) -> HttpResponse:
    field = ChapterField(
        chapter=chapter.value,
        title=str(chapter.label),
        text="",
        revision=revision,
        saved=not refused,
        refused=refused,
    )
    return render(request, "report/_saved.html", {"field": field} | (read or {}), status=status)


urlpatterns = [
    path("x/<slug:code>/report/", show, name="report"),
    path("x/<slug:code>/report/write/", write, name="report_write"),
]
