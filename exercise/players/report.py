"""What a rehearsal showed: whether everything came, once and in time, and how the units did.

``conformance`` is pure: it is given what was read and answers plain data, the same that
``rehearse --json`` writes.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from exercise.models import (
    FINISHED,
    Exercise,
    ExercisePhase,
    Inject,
    InjectState,
    JournalEntry,
    Posture,
    Status,
    Tasking,
    TaskingState,
    Verdict,
    verify,
)
from scenarios.calendar import SECOND_US

T = TaskingState
Report = dict[str, Any]


@dataclass(frozen=True)
class Facts:
    """The rows a report is computed from; ``releases`` are inject numbers, one for each release."""

    exercise: Exercise
    position_us: int
    phases: Sequence[ExercisePhase]
    injects: Sequence[Inject]
    taskings: Sequence[Tasking]
    postures: Sequence[Posture]
    releases: Sequence[str]
    verdict: Verdict

    @classmethod
    def read(cls, exercise_id: int, now_wall_us: int) -> Facts:
        """Read them, and walk the journal's chain."""
        exercise = Exercise.objects.get(pk=exercise_id)
        released = JournalEntry.objects.filter(exercise=exercise, kind="inject_released")
        return cls(
            exercise=exercise,
            position_us=exercise.clock.position_us(now_wall_us),
            phases=exercise.phases,
            injects=list(exercise.injects.all()),
            taskings=list(exercise.taskings.select_related("unit")),
            postures=list(exercise.postures.select_related("unit")),
            releases=list(released.order_by("seq").values_list("inject_number", flat=True)),
            verdict=verify(exercise),
        )


def conformance(facts: Facts) -> Report:
    """The report as plain data."""
    return {
        "exercise": {
            "code": facts.exercise.code,
            "status": str(facts.exercise.status),
            "phase": str(facts.exercise.phase),
            "pace": facts.exercise.rate_permille / 1000,
            "played_s": facts.position_us // SECOND_US,
        },
        "injects": _injects(facts),
        "lateness_ms": _lateness(facts.injects),
        "phases": [_phase(row, facts.position_us) for row in facts.phases],
        "gate_overrides": [
            {"phase": row.phase, "reason": row.override_reason}
            for row in facts.phases
            if row.override_reason
        ],
        "units": [_unit(posture, facts) for posture in facts.postures],
        "journal": {"entries": facts.verdict.entries, "verified": facts.verdict.verified},
    }


def conforms(report: Report) -> bool:
    """Nothing lost, nothing doubled, the chain whole, and the drill played to its end."""
    injects = report["injects"]
    return bool(
        injects["lost"] == 0
        and injects["released_twice"] == 0
        and report["journal"]["verified"]
        and report["exercise"]["status"] in (Status.ENDED, Status.CLOSED)
    )


def _injects(facts: Facts) -> dict[str, int]:
    releases = Counter(facts.releases)
    states = Counter(str(inject.state) for inject in facts.injects)
    return {
        "total": len(facts.injects),
        "released": len(releases),
        "lost": sum(_is_lost(inject, releases, facts.position_us) for inject in facts.injects),
        "released_twice": sum(count > 1 for count in releases.values()),
        "standby": states[InjectState.STANDBY],
        "held": states[InjectState.HELD],
        "skipped": states[InjectState.SKIPPED],
        "recalled": states[InjectState.RECALLED],
    }


def _is_lost(inject: Inject, releases: Counter[str], position_us: int) -> bool:
    """Its moment passed and nothing became of it; or it counts as released and never was."""
    passed = inject.due_us is not None and inject.due_us <= position_us
    if inject.state == InjectState.SCHEDULED:
        return passed
    gone_out = inject.state in (InjectState.RELEASED, InjectState.CLOSED, InjectState.RECALLED)
    return gone_out and not releases[inject.number]


def _lateness(injects: Sequence[Inject]) -> dict[str, float]:
    found = sorted(one.lateness_us for one in injects if one.lateness_us is not None)
    return {
        "p50": round(percentile(found, 50) / 1000, 1),
        "p99": round(percentile(found, 99) / 1000, 1),
        "max": round(percentile(found, 100) / 1000, 1),
    }


def percentile(ordered: Sequence[int], percent: float) -> int:
    """Nearest rank: a value that really occurred; 0 of nothing."""
    if not ordered:
        return 0
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def _phase(row: ExercisePhase, position_us: int) -> dict[str, Any]:
    ended_us = row.ended_us if row.ended_us is not None else position_us
    actual_us = ended_us - row.started_us if row.started_us is not None else 0
    return {
        "name": str(row.phase),
        "planned_s": (row.planned_end_us - row.planned_start_us) // SECOND_US,
        "actual_s": actual_us // SECOND_US,
    }


def _unit(posture: Posture, facts: Facts) -> dict[str, Any]:
    own = [
        one for one in facts.taskings if one.unit_id == posture.unit_id and one.state != T.CANCELLED
    ]
    return {
        "code": posture.unit.code,
        "final_posture": str(posture.state),
        "tasked": len(own),
        "acknowledged": sum(one.acknowledged_us is not None for one in own),
        "completed": sum(one.state in (T.COMPLETED, T.VERIFIED) for one in own),
        "overdue": sum(_was_overdue(one, facts.position_us) for one in own),
    }


def _was_overdue(tasking: Tasking, position_us: int) -> bool:
    """A limit was exceeded, or has passed with the work still open."""
    limits = [(tasking.ack_due_us, tasking.acknowledged_us)]
    if tasking.state not in FINISHED or tasking.completed_us is not None:
        limits.append((tasking.complete_due_us, tasking.completed_us))
    return any(
        due_us is not None and (position_us if done_us is None else done_us) > due_us
        for due_us, done_us in limits
        if done_us is not None or tasking.open
    )


# ── for a terminal ──────────────────────────────────────────────────────────────────────────────
def as_text(report: Report) -> str:
    """The report for reading."""
    injects, late, journal = report["injects"], report["lateness_ms"], report["journal"]
    aside = ", ".join(
        f"{injects[key]} {key}"
        for key in ("standby", "held", "skipped", "recalled")
        if injects[key]
    )
    lines = [
        f"Injects    {injects['released']} of {injects['total']} released, "
        f"{injects['lost']} lost, {injects['released_twice']} released twice"
        + (f"; {aside}" if aside else ""),
        f"Lateness   p50 {late['p50']} ms, p99 {late['p99']} ms, max {late['max']} ms",
        f"Journal    {journal['entries']} entries, chain "
        + ("verified" if journal["verified"] else "BROKEN"),
        f"Exercise   {report['exercise']['status']}, phase {report['exercise']['phase']}",
        "",
        f"{'Phase':<14}{'planned':>10}{'actual':>10}",
    ]
    lines += [
        f"{row['name']:<14}{_hours(row['planned_s']):>10}{_hours(row['actual_s']):>10}"
        for row in report["phases"]
    ]
    lines += [
        f"Gate of {row['phase']} passed by decision: {row['reason']}"
        for row in report["gate_overrides"]
    ]
    lines += ["", f"{'Unit':<8}{'tasked':>8}{'ack.':>8}{'done':>8}{'overdue':>9}  posture"]
    lines += [
        f"{row['code']:<8}{row['tasked']:>8}{row['acknowledged']:>8}{row['completed']:>8}"
        f"{row['overdue']:>9}  {row['final_posture']}"
        for row in report["units"]
    ]
    return "\n".join(lines)


def _hours(seconds: int) -> str:
    return f"{seconds // 3600}:{seconds % 3600 // 60:02d}"
