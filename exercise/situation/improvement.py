"""The improvement plan as screens show it: who may see which corrective action, and what is due.

Nothing here is kept or sent: what is due is worked out from the days whenever a page is opened, so
that there is no daily work that could fail to be done.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from exercise.clock import wall_us
from exercise.models import (
    ACTION_TO_DO,
    OVER,
    ActionState,
    CorrectiveAction,
    Exercise,
    Participant,
)
from scenarios.calendar import SECOND_US
from scenarios.models import Scenario
from units.models import User
from units.roles import CONTROL, UNIT_MEMBERS

SOON_DAYS = 7
"""From so many days before the day on, an action is said to be due soon."""

GLYPHS = {
    ActionState.OPEN: ("plan", "plan"),
    ActionState.IN_PROGRESS: ("live", "ack"),
    ActionState.DONE: ("live", "work"),
    ActionState.VERIFIED: ("done", "done"),
    ActionState.DROPPED: ("plan", "skip"),
}
"""How each state is drawn: colour, glyph."""


def today() -> date:
    """The date in the install's time zone, by which actions are due."""
    return moment(wall_us()).astimezone(timezone.get_default_timezone()).date()


def moment(at_wall_us: int) -> datetime:
    """A wall time as a moment, to the second."""
    return datetime.fromtimestamp(at_wall_us // SECOND_US, UTC)


# ── who may see what ────────────────────────────────────────────────────────────────────────────
def of_participant(participant: Participant) -> QuerySet[CorrectiveAction]:
    """The actions of a drill that this person may see: control all of them; unit members, once the
    drill is over and its evaluation published, those that their own unit has to carry out; nobody
    else any.
    """
    actions = CorrectiveAction.objects.filter(exercise=participant.exercise)
    if participant.role in CONTROL:
        return actions
    if participant.role in UNIT_MEMBERS and participant.exercise.lessons_published:
        return actions.filter(owner=participant.unit_id)
    return actions.none()


def of_parts(user: User) -> QuerySet[CorrectiveAction]:
    """The same over all drills that this person takes part in."""
    parts = Participant.objects.filter(user=user)
    controlled = parts.filter(role__in=CONTROL)
    member = Q(
        exercise__status__in=OVER,
        exercise__evaluation_published=True,
        exercise__participants__user=user,
        exercise__participants__role__in=UNIT_MEMBERS,
        exercise__participants__unit=F("owner"),
    )
    own = CorrectiveAction.objects.filter(member).values("pk")
    return CorrectiveAction.objects.filter(
        Q(exercise__in=controlled.values("exercise")) | Q(pk__in=own)
    )


def of_reader(user: User) -> QuerySet[CorrectiveAction]:
    """The actions that the overview shows this person: planners all, whether or not they can open
    them; everybody else those of their drills.
    """
    return CorrectiveAction.objects.all() if user.is_planner else of_parts(user)


def may_read(user: User) -> bool:
    """Whether the overview over all drills is anything to this person."""
    roles = CONTROL | UNIT_MEMBERS
    return user.is_planner or Participant.objects.filter(user=user, role__in=roles).exists()


# ── what is due ─────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class Reminder:
    """How many ``actions`` there are; of those not carried out yet, how many the owners have let
    pass, have until tomorrow for, and for this week.
    """

    actions: int = 0
    overdue: int = 0
    tomorrow: int = 0
    week: int = 0

    @property
    def total(self) -> int:
        return self.overdue + self.tomorrow + self.week

    @property
    def state(self) -> str:
        """How it is drawn."""
        return "late" if self.overdue else "due" if self.total else "plan"

    @property
    def sentence(self) -> str:
        """``2 việc quá hạn, 1 việc hạn hôm nay hoặc ngày mai, …``; empty where nothing is due."""
        said = (
            (self.overdue, ngettext("%d việc quá hạn", "%d việc quá hạn", self.overdue)),
            (
                self.tomorrow,
                ngettext(
                    "%d việc hạn hôm nay hoặc ngày mai",
                    "%d việc hạn hôm nay hoặc ngày mai",
                    self.tomorrow,
                ),
            ),
            (
                self.week,
                ngettext("%d việc hạn trong 7 ngày", "%d việc hạn trong 7 ngày", self.week),
            ),
        )
        return ", ".join(words % count for count, words in said if count)


def reminder(actions: QuerySet[CorrectiveAction]) -> Reminder:
    """What is due among these actions today, in one query."""
    return Reminder(**actions.aggregate(**_counts()))


def reminders(actions: QuerySet[CorrectiveAction]) -> dict[int, Reminder]:
    """The same for each exercise that has something due, by its key."""
    rows: Any = actions.order_by().values("exercise").annotate(**_counts())
    found = {row.pop("exercise"): Reminder(**row) for row in rows}
    return {exercise: one for exercise, one in found.items() if one.total}


def _counts() -> dict[str, Any]:
    day = today()
    tomorrow, soon = day + timedelta(days=1), day + timedelta(days=SOON_DAYS)
    spans = {
        "overdue": Q(due__lt=day),
        "tomorrow": Q(due__gte=day, due__lte=tomorrow),
        "week": Q(due__gt=tomorrow, due__lte=soon),
    }
    to_do = Q(state__in=ACTION_TO_DO)
    due = {name: Count("pk", filter=to_do & span) for name, span in spans.items()}
    return {"actions": Count("pk"), **due}


class ActionLine(NamedTuple):
    """One action in a list: how its state is drawn, and how its day stands (``late``, ``due``)."""

    action: CorrectiveAction
    state: str
    glyph: str
    due_state: str
    due_words: str


def lines(actions: Iterable[CorrectiveAction]) -> list[ActionLine]:
    """Actions as lists show them today."""
    day = today()
    return [_line(action, day) for action in actions]


def _line(action: CorrectiveAction, day: date) -> ActionLine:
    state, glyph = GLYPHS[ActionState(action.state)]
    left = (action.due - day).days
    if not action.to_do or left > SOON_DAYS:
        return ActionLine(action, state, glyph, "", "")
    return ActionLine(action, state, glyph, "late" if left < 0 else "due", days_left(left))


def days_left(days: int) -> str:
    """``quá hạn 5 ngày``, ``hạn hôm nay``, ``còn 3 ngày``."""
    if days == 0:
        return _("hạn hôm nay")
    if days < 0:
        return ngettext("quá hạn %d ngày", "quá hạn %d ngày", -days) % -days
    return ngettext("còn %d ngày", "còn %d ngày", days) % days


# ── what the next drill is to look at ───────────────────────────────────────────────────────────
def of_lineage(scenario: Scenario) -> QuerySet[CorrectiveAction]:
    """The actions of every drill of this scenario: of all its versions, and of those of the
    scenarios that it was copied from.
    """
    return CorrectiveAction.objects.filter(exercise__scenario__code__in=lineage(scenario.code))


def lineage(code: str) -> set[str]:
    """The codes of a scenario and of those it was copied from."""
    codes, latest = {code}, {code}
    while latest:
        copied = Scenario.objects.filter(code__in=latest, based_on__isnull=False)
        latest = set(copied.values_list("based_on__code", flat=True).distinct()) - codes
        codes |= latest
    return codes


def source_of(action: CorrectiveAction, exercise: Exercise) -> str:
    """What a scenario calls the origin of a checkpoint, in any language: ``dt-2023 #4``."""
    return f"{exercise.code} #{action.number}"
