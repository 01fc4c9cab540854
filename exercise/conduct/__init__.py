"""The commands: the only code that changes a running exercise.

Screens, timers and management commands call these; each is one transaction with its journal
entries and raises :class:`Refused` for anything a person can cause. ``COMMANDS`` lists them. What
outlives the exercise, its corrective actions, has a history of its own (``improvement``).
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
from exercise.conduct.improvement import (
    add_action,
    begin_action,
    drop_action,
    edit_action,
    finish_action,
    reopen_action,
    verify_action,
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
from exercise.conduct.reporting import (
    begin_report,
    return_report,
    review_report,
    sign_report,
    write_report,
)
from exercise.conduct.sweep import recover, sweep
from exercise.conduct.taskings import (
    Upload,
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

__all__ = [
    "COMMANDS",
    "TIMERS",
    "Actor",
    "Refused",
    "Upload",
    "acknowledge",
    "acknowledge_for",
    "add_action",
    "add_inject",
    "advance_phase",
    "begin_action",
    "begin_report",
    "call_real_world_stop",
    "close",
    "complete",
    "complete_for",
    "confirm_posture",
    "correct",
    "create_exercise",
    "decide_overdue",
    "drop_action",
    "edit_action",
    "end",
    "extend_board_link",
    "extend_stand_down",
    "finish_action",
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
    "reopen_action",
    "report",
    "report_posture",
    "resend",
    "restore",
    "resume",
    "return_posture",
    "return_report",
    "return_tasking",
    "review_report",
    "revoke_board_link",
    "set_overdue_policy",
    "set_pace",
    "sign_report",
    "skip",
    "start",
    "start_work",
    "sweep",
    "unhold",
    "verify",
    "verify_action",
    "waive",
    "withdraw_evaluation",
    "write_report",
]
