"""Who may see which version of an exercise's report.

Control sees every version, at any time. Evaluators read them all once the drill is over. Everybody
else reads the newest signed version, once the director has published the evaluation.
"""

from __future__ import annotations

from exercise.models import Participant, ReportState, ReportVersion, Status
from units.roles import CONTROL, Role

OVER = frozenset({Status.ENDED, Status.CLOSED})


def sees_drafts(participant: Participant) -> bool:
    """Whether this person sees versions that are not signed."""
    if participant.role in CONTROL:
        return True
    return participant.role == Role.EVALUATOR and participant.exercise.status in OVER


def readable(participant: Participant) -> list[ReportVersion] | None:
    """The versions that this person may read, newest first; ``None`` for one who may read no
    report. Control reads one of which nothing is written yet.
    """
    known = ReportVersion.objects.filter(exercise=participant.exercise).order_by("-number")
    if sees_drafts(participant):
        return list(known)
    if participant.exercise.status not in OVER or not participant.exercise.evaluation_published:
        return None
    return list(known.filter(state=ReportState.SIGNED)[:1]) or None


def in_navigation(participant: Participant) -> bool:
    """Whether the bar of pages offers the report: without a query for those who see drafts, or
    none at all.
    """
    return sees_drafts(participant) or readable(participant) is not None
