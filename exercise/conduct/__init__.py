"""The commands: the only code that changes a running exercise.

Screens, timers and management commands call these; each is one transaction with its journal
entries and raises :class:`Refused` for anything a person can cause. ``COMMANDS`` lists them.
"""

from __future__ import annotations

from exercise.conduct.base import COMMANDS, TIMERS, Actor
from exercise.conduct.clockwork import (
    call_real_world_stop,
    close,
    end,
    extend_board_link,
    extend_stand_down,
    jump,
    lift_real_world_stop,
    passed_by,
    pause,
    resume,
    revoke_board_link,
    set_overdue_policy,
    set_pace,
    start,
)
from exercise.conduct.creation import create_exercise
from exercise.conduct.evaluation import (
    publish_evaluation,
    rate,
    rate_action,
    rate_objective,
    record_finding,
    withdraw_evaluation,
)
from exercise.conduct.injects import (
    add_inject,
    correct,
    decide_overdue,
    hold,
    recall,
    release,
    resend,
    restore,
    skip,
    unhold,
)
from exercise.conduct.phases import advance_phase, confirm_posture, report_posture, return_posture
from exercise.conduct.refused import Refused
from exercise.conduct.sweep import recover, sweep
from exercise.conduct.taskings import (
    acknowledge,
    acknowledge_for,
    complete,
    complete_for,
    nudge,
    open_tasking,
    report,
    return_tasking,
    start_work,
    verify,
    waive,
)
from exercise.conduct.uploads import Upload

__all__ = [
    "COMMANDS",
    "TIMERS",
    "Actor",
    "Refused",
    "Upload",
    "acknowledge",
    "acknowledge_for",
    "add_inject",
    "advance_phase",
    "call_real_world_stop",
    "close",
    "complete",
    "complete_for",
    "confirm_posture",
    "correct",
    "create_exercise",
    "decide_overdue",
    "end",
    "extend_board_link",
    "extend_stand_down",
    "hold",
    "jump",
    "lift_real_world_stop",
    "nudge",
    "open_tasking",
    "passed_by",
    "pause",
    "publish_evaluation",
    "rate",
    "rate_action",
    "rate_objective",
    "recall",
    "record_finding",
    "recover",
    "release",
    "report",
    "report_posture",
    "resend",
    "restore",
    "resume",
    "return_posture",
    "return_tasking",
    "revoke_board_link",
    "set_overdue_policy",
    "set_pace",
    "skip",
    "start",
    "start_work",
    "sweep",
    "unhold",
    "verify",
    "waive",
    "withdraw_evaluation",
]
