"""The entities of a running exercise, one idea a file; imported here so that Django finds them."""

from __future__ import annotations

from exercise.models.evaluation import (
    ActionRating,
    Finding,
    FindingKind,
    ObjectiveRating,
    Observation,
    Rating,
)
from exercise.models.exercise import (
    BOARD_AFTER_END_US,
    BOARD_LINK_US,
    IN_PLAY,
    OPENING,
    Exercise,
    ExercisePhase,
    OverduePolicy,
    StandDown,
    Status,
    StopReason,
)
from exercise.models.gate import Condition, Gate, GateCondition, gate_from, gate_of
from exercise.models.inject import PENDING, WHEN_US, Inject, InjectState, InjectVersion
from exercise.models.journal import Change, JournalEntry, Verdict, verify
from exercise.models.participant import Participant
from exercise.models.posture import (
    CONFIRMED,
    PHASE_OF,
    REPORTED,
    WORKING,
    Posture,
    PostureState,
)
from exercise.models.tasking import (
    AT_WORK,
    DUE_SOON_MOST_US,
    DUE_SOON_PORTION,
    FINISHED,
    TO_DO,
    TO_READ,
    UNREAD,
    Attachment,
    Report,
    Tasking,
    TaskingState,
)
from exercise.models.timers import TimerHeartbeat, TimerKind, TimerSign

__all__ = [
    "AT_WORK",
    "BOARD_AFTER_END_US",
    "BOARD_LINK_US",
    "CONFIRMED",
    "DUE_SOON_MOST_US",
    "DUE_SOON_PORTION",
    "FINISHED",
    "IN_PLAY",
    "OPENING",
    "PENDING",
    "PHASE_OF",
    "REPORTED",
    "TO_DO",
    "TO_READ",
    "UNREAD",
    "WHEN_US",
    "WORKING",
    "ActionRating",
    "Attachment",
    "Change",
    "Condition",
    "Exercise",
    "ExercisePhase",
    "Finding",
    "FindingKind",
    "Gate",
    "GateCondition",
    "Inject",
    "InjectState",
    "InjectVersion",
    "JournalEntry",
    "ObjectiveRating",
    "Observation",
    "OverduePolicy",
    "Participant",
    "Posture",
    "PostureState",
    "Rating",
    "Report",
    "StandDown",
    "Status",
    "StopReason",
    "Tasking",
    "TaskingState",
    "TimerHeartbeat",
    "TimerKind",
    "TimerSign",
    "Verdict",
    "gate_from",
    "gate_of",
    "verify",
]
