"""What a check answers, and the list of all codes with their severities."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scenarios.models import sort_key


class Severity(models.TextChoices):
    """How much it matters on the day, the worst first.

    An error makes a part of the drill not happen as planned; a warning will trouble people;
    advice is what an experienced planner would look at again.
    """

    ERROR = "error", gettext_lazy("lỗi")
    WARNING = "warning", gettext_lazy("cảnh báo")
    ADVICE = "advice", gettext_lazy("gợi ý")


class Kind(models.TextChoices):
    """What a finding is about, in the order in which findings are told."""

    SCENARIO = "scenario", gettext_lazy("Kịch bản")
    PHASE = "phase", gettext_lazy("Giai đoạn %s")
    CONDITION = "condition", gettext_lazy("Điều kiện %s")
    STAND_DOWN = "stand_down", gettext_lazy("Khoảng tạm nghỉ %s")
    UNIT = "unit", gettext_lazy("Đơn vị %s")
    PERSON = "person", gettext_lazy("Người %s")
    OBJECTIVE = "objective", gettext_lazy("Mục tiêu %s")
    PROBLEM = "problem", gettext_lazy("Vấn đề huấn luyện %s")
    INJECT = "inject", gettext_lazy("Tình huống %s")


ERROR, WARNING, ADVICE = Severity.ERROR, Severity.WARNING, Severity.ADVICE

SEVERITY: dict[str, Severity] = {
    # the calendar and the phases
    "phase_missing": ERROR,
    "phase_window": ERROR,
    "stand_down_window": ERROR,
    "phase_without_injects": WARNING,
    # the times of injects
    "before_start": ERROR,
    "outside_phase": ERROR,
    "in_stand_down": ERROR,
    "mandatory_without_deadline": ERROR,
    "mandatory_past_phase": WARNING,
    "deadline_past_end": WARNING,
    "deadline_in_stand_down": ADVICE,
    "deadline_across_stand_down": ADVICE,
    "acknowledge_after_complete": WARNING,
    "reply_without_deadline": WARNING,
    "at_second_zero": ADVICE,
    "number_order": ADVICE,
    # how much a unit gets
    "overload": WARNING,
    "same_minute": ADVICE,
    "silence": WARNING,
    "unit_without_injects": WARNING,
    # what waits for what
    "trigger_cycle": ERROR,
    "never_overdue": ERROR,
    "dead_branch": ERROR,
    "trigger_with_time": ERROR,
    "trigger_later_phase": WARNING,
    "trigger_past_phase": WARNING,
    "trigger_manual": ADVICE,
    "nothing_releases": WARNING,
    # gates
    "gate_never": ERROR,
    "gate_later_phase": ERROR,
    "gate_on_overdue": WARNING,
    "gate_manual": ADVICE,
    "gate_empty": ADVICE,
    "condition_empty": WARNING,
    # who takes part
    "nobody_addressed": ERROR,
    "addressee_not_participating": ERROR,
    "nobody_participates": ERROR,
    "unit_without_people": ERROR,
    "unit_without_lead": WARNING,
    "person_without_unit": ERROR,
    "no_director": ERROR,
    "no_evaluator": ADVICE,
    # what is tested
    "no_objectives": ADVICE,
    "objective_untested": WARNING,
    "objective_tested_once": ADVICE,
    "inject_without_objective": ADVICE,
    "problem_unused": ADVICE,
    "problem_other_phase": WARNING,
    # the words
    "missing_title": ERROR,
    "missing_translation": WARNING,
    "one_language": ADVICE,
    "no_content": ADVICE,
    "no_expected_actions": ADVICE,
    "same_content": WARNING,
    "similar_title": ADVICE,
    "long_title": ADVICE,
    "long_unit_name": ADVICE,
    # a stored version (``scenarios.versions.unaltered``)
    "approved_altered": ERROR,
    # anything
    "unknown_reference": ERROR,
    "unknown_value": ERROR,
}
"""Every code, and how much it matters: one code, one severity. ``docs/checks.md`` explains them."""

_SEVERITIES, _KINDS = list(Severity), list(Kind)
NAMED = 6
"""Of a longer list the first are named and the rest counted: a finding stays a sentence."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the scenario, for a link.

    Attributes:
        kind: what it is.
        code: its code; of an inject the number, of a person the user name, of a phase its word,
            of a condition ``phase/code``, of a stand-down its number from 1; of the scenario empty.
        field: the attribute of ``scenarios.reading.document`` to look at; empty: the whole.
        at_us: play µs at which it happens, where it has a time.
    """

    kind: Kind
    code: str = ""
    field: str = ""
    at_us: int | None = None

    def __str__(self) -> str:
        words = str(self.kind.label)
        return words % self.code if "%s" in words else words


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that will go wrong, or may, and what to do about it."""

    code: str
    severity: Severity
    place: Place
    message: str
    suggestion: str

    def as_dict(self) -> dict[str, Any]:
        """As ``check_scenario --json`` prints it."""
        return asdict(self)

    @property
    def sort_key(self) -> tuple[int, int, str, int, str, str, str]:
        """The worst first, then by place as people read it."""
        place = self.place
        return (
            _SEVERITIES.index(self.severity),
            _KINDS.index(place.kind),
            sort_key(place.code),
            -1 if place.at_us is None else place.at_us,
            self.code,
            place.field,
            self.message,
        )


def finding(code: str, place: Place, message: str, suggestion: str) -> Finding:
    """A finding with the severity of its code."""
    return Finding(code, SEVERITY[code], place, message, suggestion)


def inject(number: str, field: str = "", *, at_us: int | None = None) -> Place:
    """The place of an inject, by far the most frequent one."""
    return Place(Kind.INJECT, number, field, at_us)


def listed(words: Iterable[str]) -> str:
    """``1.01, 1.02, 1.03``, and of many the first with the number of the rest."""
    words = list(words)
    named = ", ".join(words[:NAMED])
    rest = len(words) - NAMED
    return (
        _("%(named)s và %(count)d mục khác") % {"named": named, "count": rest}
        if rest > 0
        else named
    )
