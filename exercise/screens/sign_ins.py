"""The book of sign-ins and of changes to accounts, for the install's administrator."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from exercise.screens.access import administrator
from units.devices import device
from units.models import AccountEvent, EventKind, SignedInBy
from units.roles import Role
from units.spreadsheets import harmless

A_PAGE = 100
GOOD = (EventKind.SIGNED_IN, EventKind.FIRST_STEP, EventKind.SIGNED_OUT)
BAD = (EventKind.REFUSED, EventKind.SECOND_REFUSED, EventKind.PROOF_REFUSED, EventKind.LOCKED)
RESULTS: dict[str, tuple[Promise, tuple[EventKind, ...]]] = {
    "good": (gettext_lazy("vào, ra"), GOOD),
    "refused": (gettext_lazy("bị từ chối, bị khóa"), BAD),
    "changed": (
        gettext_lazy("thay đổi tài khoản"),
        tuple(kind for kind in EventKind if kind not in GOOD + BAD),
    ),
}
"""The filter by result."""
FIELDS = ("at", "kind", "account", "by", "how", "ip", "agent", "detail")


class EventLine(NamedTuple):
    """One line of the book in words."""

    row: AccountEvent
    glyph: str
    how: str
    device: str
    detail: str


@require_safe
@administrator
@never_cache
def show(request: Any) -> HttpResponse:
    """The newest first, filtered and in pages."""
    found, wanted = _found(request)
    shown = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "lines": [_line(row) for row in shown],
        "shown": shown,
        "wanted": wanted,
        "results": [(value, label) for value, (label, _kinds) in RESULTS.items()],
    }
    return render(request, "account/sign_ins.html", context)


def _found(request: Any) -> tuple[QuerySet[AccountEvent], dict[str, str]]:
    wanted = {
        name: request.GET.get(name, "").replace("\0", "").strip()[:150]
        for name in ("account", "result")
    }
    found = AccountEvent.objects.order_by("-at", "-pk")
    if wanted["account"]:
        found = found.filter(account__icontains=wanted["account"])
    if wanted["result"] in RESULTS:
        found = found.filter(kind__in=RESULTS[wanted["result"]][1])
    return found, wanted


def _line(row: AccountEvent) -> EventLine:
    kind = EventKind(row.kind)
    glyph = "late" if kind in BAD else "done" if kind == EventKind.SIGNED_IN else "note"
    how = str(SignedInBy(row.how).label) if row.how in SignedInBy.values else ""
    return EventLine(row, glyph, how, device(row.agent) if row.agent else "", _detail(row.detail))


def _detail(detail: dict[str, Any]) -> str:
    said = []
    if detail.get("second") == "recovery":
        said.append(_("bằng mã khôi phục"))
    elif detail.get("second"):
        said.append(_("đủ hai bước"))
    if detail.get("role") in Role.values:
        said.append(str(Role(detail["role"]).label))
    said += [str(detail[name]) for name in ("unit", "exercise") if detail.get(name)]
    if "sessions" in detail:
        said.append(_("%(n)s phiên") % {"n": detail["sessions"]})
    if "left" in detail:
        said.append(_("còn %(n)s mã") % {"n": detail["left"]})
    return " · ".join(said)


@require_safe
@administrator
@never_cache
def export(request: Any) -> StreamingHttpResponse:
    """What the filter shows, all pages of it, for a spreadsheet."""
    found, _wanted = _found(request)
    response = StreamingHttpResponse(_csv(found), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="sign-ins.csv"'
    return response


def _csv(found: QuerySet[AccountEvent]) -> Iterator[str]:
    # The mark tells a spreadsheet that this is UTF-8.
    yield "\ufeff" + _cells(FIELDS)
    for row in found.iterator(chunk_size=1000):
        at = timezone.localtime(row.at).isoformat(timespec="seconds")
        detail = json.dumps(row.detail, ensure_ascii=False) if row.detail else ""
        yield _cells(
            (at, row.kind, row.account, row.by_account, row.how, row.ip or "", row.agent, detail)
        )


def _cells(values: tuple[Any, ...]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow([harmless(value) for value in values])
    return buffer.getvalue()


urlpatterns = [
    path("accounts/sign-ins/", show, name="sign_ins"),
    path("accounts/sign-ins.csv", export, name="sign_ins_export"),
]
