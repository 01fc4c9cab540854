"""From draft to approved: one planner submits, another one approves."""

from __future__ import annotations

from dataclasses import replace

from django.utils import timezone
from django.utils.translation import gettext as _

from scenarios.editing.desk import opened
from scenarios.editing.refused import Refused
from scenarios.models import Scenario, Status
from scenarios.reading import Document, Problem, ScenarioProblems
from scenarios.reading.checking import check
from scenarios.reading.plain import source_of
from scenarios.writing import unchecked_document_of
from scenarios.writing.plain import plain
from units.models import User

SHOWN = 20


def submit(scenario_id: int, user: User) -> Scenario:
    """Ask for approval. An edit made afterwards takes the request back.

    Raises:
        Refused: ``approved``; ``incomplete`` when the strict check of files does not pass
            (``details``: its problems).
    """
    with opened(scenario_id) as scenario:
        finished(scenario)
        scenario.submitted_by, scenario.submitted_at = user, timezone.now()
        scenario.save(update_fields=["submitted_by", "submitted_at", "updated_at"])
    return scenario


def withdraw(scenario_id: int, user: User) -> Scenario:
    """Take the request for approval back. Any planner may.

    Raises:
        Refused: ``approved``; ``not_submitted``.
    """
    with opened(scenario_id) as scenario:
        _require_submitted(scenario)
        scenario.submitted_by = scenario.submitted_at = None
        scenario.save(update_fields=["submitted_by", "submitted_at", "updated_at"])
    return scenario


def approve(scenario_id: int, user: User, *, seen: str | None = None) -> Scenario:
    """Approve what was submitted: it gets its content hash and is never changed again.

    1. Who wrote in this version, or submitted it, does not approve it.
    2. It must pass the strict check of files.
    3. It must be what the approver saw.
    4. It keeps the names that its units have now.

    Args:
        seen: hash of the content that the approver was shown (``submitted_hash``).

    Raises:
        Refused: ``not_submitted``; ``second_person``; ``incomplete`` (``details``: the problems);
            ``changed_since``.
    """
    with opened(scenario_id) as scenario:
        _require_submitted(scenario)
        if _wrote(user, scenario) or user == scenario.submitted_by:
            raise Refused(
                "second_person",
                _("Người soạn hoặc người trình không tự duyệt phiên bản của mình."),
                _("Nhờ một người lập kịch bản khác duyệt."),
            )
        document = finished(scenario)
        if seen is not None and seen != document.content_hash:
            raise Refused(
                "changed_since",
                _("Nội dung đã khác với bản bạn vừa xem."),
                _("Xem lại rồi duyệt."),
            )
        scenario.keep_unit_names()
        scenario.status = Status.APPROVED
        scenario.content_hash = document.content_hash
        scenario.approved_by, scenario.approved_at = user, timezone.now()
        scenario.save()
    return scenario


def submitted_hash(scenario: Scenario) -> str:
    """Hash of what would be approved now; empty where nothing could be."""
    try:
        return finished(scenario).content_hash if scenario.submitted_at else ""
    except Refused:
        return ""


def _wrote(user: User, scenario: Scenario) -> bool:
    """Whether anything in a version is this planner's. What it was copied from counts, unless that
    was approved before it was copied.
    """
    if scenario.edits.filter(user=user, undone_at=None).exists():
        return True
    source = scenario.based_on
    if source is None:
        return user == scenario.made_by
    approved = not source.is_draft and (
        source.approved_at is None or source.approved_at <= scenario.created_at
    )
    return not approved and _wrote(user, source)


def _require_submitted(scenario: Scenario) -> None:
    if scenario.submitted_at is None:
        raise Refused(
            "not_submitted",
            _("Phiên bản này chưa trình duyệt, hoặc đã sửa sau khi trình."),
            _("Trình duyệt trước."),
        )


def finished(scenario: Scenario) -> Document:
    """What a version says, if it passes the strict check of files.

    Raises:
        Refused: ``incomplete``; ``details`` says what is missing or wrong.
    """
    try:
        return check(source_of(plain(replace(unchecked_document_of(scenario), draft=False))))
    except ScenarioProblems as error:
        told = [_told(problem) for problem in error.problems]
        if len(told) > SHOWN:
            told = [*told[:SHOWN], _("và %d mục khác") % (len(told) - SHOWN)]
        raise Refused(
            "incomplete",
            _("Kịch bản chưa hoàn chỉnh, chưa trình duyệt được."),
            _("Sửa những chỗ này rồi trình lại."),
            details=told,
        ) from error


def _told(problem: Problem) -> str:
    words = f"{problem.message} ({problem.value})" if problem.value else problem.message
    return f"{words} {problem.remedy}".strip()
