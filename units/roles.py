"""Who may do what: one table of role × command, read by conduct, the screens, the docs and the
tests.

Doctrine: HSEEP 2020 (director, controller, evaluator, player, observer); a Vietnamese drill's
*tổng đạo diễn*, *cán bộ đạo diễn*, *khung tập*, *cán bộ đánh giá*, *đại biểu*. A controller is the
director's deputy but neither starts, ends nor moves the drill to another phase.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a person is in one exercise."""

    DIRECTOR = "director", _("Tổng đạo diễn")
    CONTROLLER = "controller", _("Cán bộ đạo diễn")
    LEAD = "lead", _("Trưởng đơn vị")
    STAFF = "staff", _("Cán bộ")
    EVALUATOR = "evaluator", _("Cán bộ đánh giá")
    OBSERVER = "observer", _("Quan sát viên")


CONTROL = frozenset({Role.DIRECTOR, Role.CONTROLLER})
UNIT_MEMBERS = frozenset({Role.LEAD, Role.STAFF})
EVERYONE = frozenset(Role)
_DIRECTOR = frozenset({Role.DIRECTOR})
_EVALUATOR = frozenset({Role.EVALUATOR})

ALLOWED: dict[str, frozenset[Role]] = {
    # the exercise as a whole
    "start": _DIRECTOR,
    "pause": CONTROL,
    "resume": CONTROL,
    "set_pace": CONTROL,
    "jump": CONTROL,
    "advance_phase": _DIRECTOR,
    "end": _DIRECTOR,
    "close": _DIRECTOR,
    "set_overdue_policy": CONTROL,
    "extend_stand_down": CONTROL,
    "call_real_world_stop": EVERYONE,
    "lift_real_world_stop": _DIRECTOR,
    "revoke_board_link": _DIRECTOR,
    "extend_board_link": _DIRECTOR,
    # postures
    "report_posture": frozenset({Role.LEAD}),
    "confirm_posture": CONTROL,
    "return_posture": CONTROL,
    # injects
    "release": CONTROL,
    "hold": CONTROL,
    "unhold": CONTROL,
    "skip": CONTROL,
    "restore": CONTROL,
    "recall": CONTROL,
    "resend": CONTROL,
    "correct": CONTROL,
    "add_inject": CONTROL,
    "decide_overdue": CONTROL,
    # taskings, by the unit
    "open_tasking": UNIT_MEMBERS,
    "acknowledge": UNIT_MEMBERS,
    "start_work": UNIT_MEMBERS,
    "report": UNIT_MEMBERS,
    "complete": UNIT_MEMBERS,
    # taskings, by control
    "waive": CONTROL,
    "verify": CONTROL,
    "return_tasking": CONTROL,
    "acknowledge_for": CONTROL,
    "complete_for": CONTROL,
    "nudge": CONTROL,
    # evaluation
    # corrective actions
    "add_action": CONTROL,
    "edit_action": CONTROL,
    "begin_action": CONTROL | {Role.LEAD},
    "finish_action": CONTROL | {Role.LEAD},
    "verify_action": CONTROL,
    "reopen_action": CONTROL,
    "drop_action": CONTROL,
    # the after-action report
    "begin_report": CONTROL,
    "write_report": CONTROL,
    "review_report": CONTROL,
    "return_report": CONTROL,
    "sign_report": _DIRECTOR,
    "rate": _EVALUATOR,
    "rate_action": _EVALUATOR,
    "rate_objective": _EVALUATOR,
    "record_finding": _EVALUATOR,
    "publish_evaluation": _DIRECTOR,
    "withdraw_evaluation": _DIRECTOR,
}


def may(role: str | None, command: str) -> bool:
    """Whether ``role`` may give ``command``; an unknown command is nobody's."""
    return role is not None and role in ALLOWED.get(command, frozenset())
