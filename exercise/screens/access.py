"""Who may open which page: one table and the decorator that asks it.

Anonymous readers are sent to sign in; people of other exercises see "not found", so that codes
cannot be probed; participants of another role are told that the page is not theirs.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_htmx.middleware import HtmxDetails

from exercise.conduct import Actor
from exercise.models import Exercise, Participant
from exercise.screens.entry import held_up, lacks_second_factor, must_have_second_factor
from exercise.screens.errors import second_factor_first, signed_out
from exercise.screens.report_access import in_navigation
from exercise.situation.improvement import may_read
from scenarios.models import Scenario
from units.models import User
from units.roles import CONTROL, EVERYONE, UNIT_MEMBERS, Role
from units.sessions import OPEN

PAGES: dict[str, frozenset[Role]] = {
    "exercise": EVERYONE,
    "do": EVERYONE,  # each command asks the role table itself
    "console": CONTROL,
    "console_live": CONTROL,
    "console_inject": CONTROL,
    "console_unit": CONTROL,
    "console_jump": CONTROL,
    "console_find": CONTROL,
    "console_add": CONTROL,
    "console_overdue": CONTROL,
    "console_health": CONTROL,
    "pulse": CONTROL,
    "journal": CONTROL,
    "journal_export": CONTROL,
    "replay": CONTROL | {Role.EVALUATOR},  # evaluators once it is over
    "hot_wash": CONTROL,
    "hot_wash_moment": CONTROL,
    "compare": CONTROL,
    "improvement": CONTROL | UNIT_MEMBERS,
    "improvement_action": CONTROL | UNIT_MEMBERS,
    "improvement_add": CONTROL,
    "improvement_edit": CONTROL,
    "report": EVERYONE,  # which version, if any, says exercise.screens.report_access
    "report_write": CONTROL,
    "report_share": frozenset({Role.DIRECTOR}),
    "report_export": EVERYONE,  # of what they may read
    "report_progress": EVERYONE,  # each their own
    "report_file": EVERYONE,
    "people": frozenset({Role.DIRECTOR}),
    "people_add": frozenset({Role.DIRECTOR}),
    "people_remove": frozenset({Role.DIRECTOR}),
    "people_link": frozenset({Role.DIRECTOR}),
    "people_slips": frozenset({Role.DIRECTOR}),
    "inbox": UNIT_MEMBERS,
    "inbox_live": UNIT_MEMBERS,
    "tasking": UNIT_MEMBERS,
    "tasking_live": UNIT_MEMBERS,
    "unit_log": UNIT_MEMBERS,
    "evaluate": frozenset({Role.EVALUATOR}),
    "evaluate_live": frozenset({Role.EVALUATOR}),
    "evaluate_tasking": frozenset({Role.EVALUATOR}),
    "evaluate_unit": frozenset({Role.EVALUATOR}),
    "unit_evaluation": UNIT_MEMBERS,
    "evaluation": CONTROL,
    "evaluation_live": CONTROL,
    "evaluation_unit": CONTROL,
    "evaluation_unit_live": CONTROL,
    "board": EVERYONE,
    "board_live": EVERYONE,
    "attachment": CONTROL | UNIT_MEMBERS | {Role.EVALUATOR},
    "finding_file": CONTROL | {Role.EVALUATOR},
}
"""Roles by URL name. The public board (by share link), sign-in and landing pages need none."""

OWN = (
    "account",
    "account_sessions_end",
    "account_session_end",
    "account_password",
    "account_second_factor",
    "account_second_factor_change",
)
"""What everybody who is signed in may open: their own account."""

OVER_ALL_DRILLS = ("improvements", "improvements_export", "improvements_workbook")
"""What planners may open, and whoever conducts a drill or belongs to a unit of one; each sees there
what they may see of it in each drill.
"""

ADMINISTRATION = (
    "accounts",
    "accounts_one",
    "accounts_end_sessions",
    "accounts_reset_factor",
    "accounts_active",
    "accounts_planning",
    "sign_ins",
    "sign_ins_export",
)
"""What the install's administrator alone may open."""

IMPORTING = (
    "scenario_import",
    "import_progress",
    "import_columns",
    "import_check",
    "import_fix",
    "import_units",
    "import_leftover",
    "import_write",
    "import_done",
    "import_forget",
)
"""The steps of an import; each planner finds only their own."""

PLANNING = (
    *IMPORTING,
    "scenarios",
    "scenario_new",
    "scenario_sample",
    "scenario_new_version",
    "scenario_clone",
    "msel",
    "msel_table",
    "msel_block",
    "msel_chosen",
    "msel_inject",
    "msel_new",
    "msel_add",
    "msel_save",
    "msel_row",
    "msel_check",
    "msel_do",
    "msel_here",
    "msel_timeline",
    "scenario_head",
    "scenario_units",
    "scenario_people",
    "scenario_objectives",
    "scenario_phases",
    "part_add",
    "part_row",
    "part_save",
    "part_remove",
    "part_shift",
    "scenario_checks",
    "scenario_counts",
    "scenario_versions",
    "scenario_step",
    "scenario_run",
    "scenario_compare",
    "scenario_history",
    "scenario_trend",
    "scenario_checkpoint",
    "scenario_take",
    "scenario_export",
    "scenario_file",
)
"""What planners and administrators may open: the scenario desk. All of them see all scenarios."""

HOME = {
    Role.DIRECTOR: "console",
    Role.CONTROLLER: "console",
    Role.LEAD: "inbox",
    Role.STAFF: "inbox",
    Role.EVALUATOR: "evaluate",
    Role.OBSERVER: "board",
}
"""Where each role begins."""


NAVIGATION = (
    ("console", _("Điều hành")),
    ("evaluate", _("Đánh giá")),
    ("evaluation", _("Đánh giá")),
    ("board", _("Bảng tin")),
    ("report", _("Báo cáo sau")),
    ("journal", _("Nhật ký")),
    ("replay", _("Xem lại")),
    ("improvement", _("Khắc phục")),
    ("people", _("Người tham gia")),
)
"""The bar of pages; a role sees those it may open."""


def navigation(request: ParticipantRequest, here: str) -> dict[str, Any]:
    """What the top bar needs: who is signed in, which pages are theirs, which one this is."""
    role = Role(request.participant.role)
    return {
        "exercise": request.exercise,
        "participant": request.participant,
        "nav": [
            (name, label)
            for name, label in NAVIGATION
            if role in PAGES[name] and (name != "report" or in_navigation(request.participant))
        ],
        "here": here,
    }


class PlannerRequest(HttpRequest):
    """A request of a planner, as ``planner`` hands it on; ``scenario`` where the address names a
    version.
    """

    user: User
    htmx: HtmxDetails
    scenario: Scenario


class ParticipantRequest(HttpRequest):
    """A request of somebody taking part, as ``page`` hands it on."""

    user: User
    htmx: HtmxDetails
    participant: Participant
    exercise: Exercise
    actor: Actor


View = Callable[..., HttpResponseBase]


def page(name: str) -> Callable[[View], View]:
    """Let only the roles of ``PAGES[name]`` in; the view finds ``request.participant`` and
    ``.exercise``.
    """
    roles = PAGES[name]

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: Any, code: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            # A script would follow a redirect and take the page there for a command well done.
            sent = request.method == "POST" and request.htmx
            if not request.user.is_authenticated:
                if sent:
                    return signed_out(request)
                return redirect_to_login(request.get_full_path(), reverse("landing"))
            participant = participation(request.user.pk, code)
            if participant.role not in roles:
                raise PermissionDenied
            if held_up(request, participant):
                return second_factor_first(request) if sent else redirect("account_second_factor")
            participant.session_id = request.session.get(OPEN)
            request.participant = participant
            request.exercise = participant.exercise
            request.actor = Actor.of(participant)
            return view(request, *args, **kwargs)

        return guarded

    return wrap


def own(name: str) -> Callable[[View], View]:
    """Let whoever is signed in to their own account."""
    assert name in OWN, name

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path(), reverse("landing"))
            return view(request, *args, **kwargs)

        return guarded

    return wrap


def over_all_drills(name: str) -> Callable[[View], View]:
    """Let in whom what all drills left to be done concerns, with the second factor where it is
    required.
    """
    assert name in OVER_ALL_DRILLS, name

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path(), reverse("landing"))
            if not may_read(request.user):
                raise PermissionDenied
            if lacks_second_factor(request) and must_have_second_factor(request.user):
                return redirect("account_second_factor")
            return view(request, *args, **kwargs)

        return guarded

    return wrap


def administrator(view: View) -> View:
    """Let only the install's administrator in, with the second factor where it is required."""

    @wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), reverse("landing"))
        if not request.user.is_superuser:
            raise PermissionDenied
        if lacks_second_factor(request):
            return redirect("account_second_factor")
        return view(request, *args, **kwargs)

    return guarded


def planner(name: str) -> Callable[[View], View]:
    """Let only planners and administrators to a page of ``PLANNING``, with the second factor where
    it is required. Where the address has ``code`` and ``version``, the view finds
    ``request.scenario``; a version that there is not is not found.
    """
    assert name in PLANNING, name

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: Any, **kwargs: Any) -> HttpResponseBase:
            sent = request.method == "POST" and request.htmx
            if not request.user.is_authenticated:
                if sent:
                    return signed_out(request)
                return redirect_to_login(request.get_full_path(), reverse("landing"))
            if not request.user.is_planner:
                raise PermissionDenied
            if lacks_second_factor(request):
                return second_factor_first(request) if sent else redirect("account_second_factor")
            if "version" in kwargs:
                request.scenario = get_object_or_404(
                    Scenario, code=kwargs.pop("code"), version=kwargs.pop("version")
                )
            return view(request, **kwargs)

        return guarded

    return wrap


def participation(user_id: int, code: str) -> Participant:
    """This person's part in the exercise, in one query. Raises Http404 for outsiders."""
    try:
        return Participant.objects.select_related("exercise", "user", "unit").get(
            user_id=user_id, exercise__code=code
        )
    except Participant.DoesNotExist:
        raise Http404 from None
