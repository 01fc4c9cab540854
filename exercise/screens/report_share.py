"""A signed report by link, for those who took no part: no account, for some days.

The link is signed by the server and names one signed version; it shows that and nothing else, with
no way into the replay. It ends by itself, or when the server's key is changed.
"""

from __future__ import annotations

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_POST, require_safe

from exercise.models import ReportState, ReportVersion
from exercise.screens.access import ParticipantRequest, navigation, page
from exercise.screens.report import body
from exercise.screens.report_forms import ShareForm

DAYS = 14
_SALT = "exercise.report"


def link_to(version: ReportVersion) -> str:
    """The path by which a signed version can be read for ``DAYS`` days."""
    token = signing.dumps([version.exercise_id, version.number], salt=_SALT)
    return reverse("report_shared", args=[token])


@require_POST
@page("report_share")
def share(request: ParticipantRequest) -> HttpResponse:
    """Make a link and show it."""
    form = ShareForm(request.POST)
    found = None
    if form.is_valid():
        signed = ReportVersion.objects.filter(exercise=request.exercise, state=ReportState.SIGNED)
        found = signed.filter(number=form.cleaned_data["version"]).first()
    if found is None:
        raise Http404
    link = request.build_absolute_uri(link_to(found))
    context = navigation(request, "report") | {"link": link, "version": found, "days": DAYS}
    return render(request, "report/share.html", context)


@require_safe
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """The version that the link names."""
    try:
        exercise_id, number = signing.loads(token, salt=_SALT, max_age=DAYS * 24 * 3600)
    except signing.SignatureExpired:
        return _unlisted(render(request, "report/expired.html", status=410))
    except (signing.BadSignature, ValueError, TypeError):
        raise Http404 from None
    signed = ReportVersion.objects.select_related("exercise__scenario")
    found = signed.filter(exercise=exercise_id, number=number, state=ReportState.SIGNED).first()
    if found is None:
        raise Http404
    return _unlisted(render(request, "report/shared.html", body(found.exercise, found)))


def _unlisted(response: HttpResponse) -> HttpResponse:
    response["X-Robots-Tag"] = "noindex"
    response["Cache-Control"] = "no-store"
    return response


urlpatterns = [
    path("x/<slug:code>/report/share/", share, name="report_share"),
    path("report/<str:token>/", shared, name="report_shared"),
]
