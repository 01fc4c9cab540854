"""The facts of one exercise, each with its definition. Plain values; who computes them is
``exercise.review.facts.reading``.

``*_us`` is exercise time in microseconds (play, stand-downs cut out), ``*_wall_us`` wall time.
``seq`` numbers a journal entry. No length is negative: where the clock was set back behind
something that had happened (a stand-down that began late, an outage), what followed at once counts
as zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class TaskingFact:
    """One inject for one unit.

    Attributes:
        delivered_us, delivered_wall_us: when the inject was released to it.
        opened_after_us, opened_after_wall_us: from delivery until somebody of the unit first had it
            on the screen; ``None`` where nobody did (it may have been acknowledged by telephone).
        acknowledged_after_us: from delivery until the unit acknowledged it; for what control
            entered, the true exercise time that control gave.
        acknowledged_after_wall_us: the same in wall time; ``None`` where control entered it, for
            then the true wall time is not known.
        completed_after_us, completed_after_wall_us: from delivery until the completion that stands:
            one that was returned does not count, the one after the rework does.
        started_after_us: from delivery until work first began.
        acknowledged_late_by_us: by how much the acknowledgement exceeded the last deadline that it
            missed. A deadline is missed when it passes and the tasking is still to be acknowledged,
            whatever new deadline a resend gives later. One never acknowledged counts until it was
            waived or cancelled, or the exercise's last entry. 0: in time, or without a limit.
        completed_late_by_us: by how much the completion that stands exceeded its deadline, counted
            likewise. A deadline does not move when work is returned. 0: in time, no limit.
        reworks: how often control returned completed work.
        corrections: versions it had to acknowledge anew; ``reread_after_us``: from the last of
            them until it did, ``None`` where it did not or need not.
        ended: ``waived`` or ``cancelled`` (recalled with its inject, or left behind by its phase).
        channel: ``phone`` or ``paper`` where control entered the acknowledgement or completion.
    """

    number: str
    unit: str
    delivered_us: int
    delivered_wall_us: int
    seq: int
    opened_after_us: int | None = None
    opened_after_wall_us: int | None = None
    opened_seq: int | None = None
    acknowledged_after_us: int | None = None
    acknowledged_after_wall_us: int | None = None
    acknowledged_seq: int | None = None
    started_after_us: int | None = None
    completed_after_us: int | None = None
    completed_after_wall_us: int | None = None
    completed_seq: int | None = None
    verified_seq: int | None = None
    acknowledged_late_by_us: int = 0
    completed_late_by_us: int = 0
    reworks: int = 0
    corrections: int = 0
    reread_after_us: int | None = None
    ended: str = ""
    ended_after_us: int | None = None
    channel: str = ""
    reports: int = 0
    nudges: int = 0

    @property
    def overdue(self) -> bool:
        """A limit passed with what it limits still open."""
        return self.acknowledged_late_by_us > 0 or self.completed_late_by_us > 0

    @property
    def counts(self) -> bool:
        """Whether it was asked to the end: not waived, not cancelled."""
        return not self.ended


@dataclass(slots=True)
class InjectFact:
    """One inject.

    Attributes:
        state: ``released``, ``recalled``, ``skipped``, ``held`` or ``waiting``, as the journal left
            it.
        due_us: when it was first due: its planned time shifted with the beginning of its phase, the
            moment its condition gave it, or the one it was added for. Putting it off because it was
            missed does not move this. ``None``: released by hand without a moment.
        late_us: exercise time from ``due_us`` to its release; 0 where it came early; ``None`` where
            there is no ``due_us`` or no release.
        late_wall_us: wall time by which a timer was late; ``None`` where no timer released it.
        how: ``timer``, ``hand`` or ``jump``.
        on_time: released, and of no unit a limit passed (see ``TaskingFact.overdue``).
        corrections: times a corrected version was published; ``resent``: times it was sent again.
        seq: of its release; of what ended it (skipped, held) where it was not released.
    """

    number: str
    state: str = "waiting"
    due_us: int | None = None
    released_us: int | None = None
    released_wall_us: int | None = None
    phase: str = ""
    how: str = ""
    late_us: int | None = None
    late_wall_us: int | None = None
    on_time: bool | None = None
    corrections: int = 0
    resent: int = 0
    recall_reason: str = ""
    seq: int | None = None
    units: list[str] = field(default_factory=list)


@dataclass(slots=True)
class PhaseFact:
    """One phase as it was. The gate is its end: when it was passed, on both clocks, whether by
    decision (``override_reason``, with the codes of the conditions then ``unmet``) and what became
    of unfinished work (``unfinished``: ``carry`` or ``cancel``). The last phase may end with ENDEX.
    """

    phase: str
    started_us: int
    started_wall_us: int
    started_seq: int
    ended_us: int | None = None
    ended_wall_us: int | None = None
    ended_seq: int | None = None
    override_reason: str = ""
    unmet: tuple[str, ...] = ()
    unfinished: str = ""
    by_gate: bool = False


@dataclass(slots=True)
class PostureFact:
    """One unit in one phase: from the order into it until the report that was confirmed and the
    confirmation, on both clocks, and how often the report was returned.
    """

    unit: str
    phase: str
    ordered_us: int
    ordered_wall_us: int
    seq: int
    reported_after_us: int | None = None
    reported_after_wall_us: int | None = None
    confirmed_after_us: int | None = None
    confirmed_after_wall_us: int | None = None
    confirmed_seq: int | None = None
    returned: int = 0


@dataclass(slots=True)
class StopFact:
    """A time in which the clock stood: ``pause``, ``stand_down``, ``real_world`` or ``outage``. A
    stop on top of another begins where it was called, and the other ends there.

    Attributes:
        wall_length_us: until the clock went on, or ENDEX; ``None`` while it still stands.
        data: what the entry that began it says (place and words, title, missed numbers).
    """

    kind: str
    at_us: int
    at_wall_us: int
    seq: int
    before_break: bool = False
    wall_length_us: int | None = None
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MoveFact:
    """A moment at which the clock was moved or paced: ``jump`` (``skipped_us`` of exercise time
    passed over), ``pace``, ``wall_clock`` (the machine's clock was set back).
    """

    kind: str
    at_us: int
    seq: int
    skipped_us: int = 0
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JudgementFact:
    """What one evaluator rated: ``of`` is ``tasking``, ``action`` (``action``: its number or words)
    or ``objective``. An evaluator's later rating of the same thing replaces the earlier.
    """

    of: str
    unit: str
    number: str
    objective: str
    action: str
    evaluator_id: int | None
    evaluator: str
    rating: str
    note: str
    at_us: int
    seq: int


@dataclass(frozen=True, slots=True)
class ObservationFact:
    """What an evaluator observed; ``what``: ``strength``, ``improvement`` or ``observation``.

    Attributes:
        at_us: when it was noted; ``seq`` is the entry with which it arrived.
        arrived_us: when it arrived, where that was over a minute of wall time later.
    """

    what: str
    text: str
    place: str
    unit: str
    number: str
    objective: str
    evaluator: str
    at_us: int
    arrived_us: int | None
    seq: int


@dataclass(frozen=True)
class Facts:
    """Everything the journal tells of one exercise, up to its entry ``entries``.

    Attributes:
        played_us: exercise time at the newest entry.
        started_wall_us, ended_wall_us: STARTEX and ENDEX.
        taskings: by (inject number, unit code).
    """

    entries: int
    played_us: int
    started_wall_us: int | None
    ended_wall_us: int | None
    injects: dict[str, InjectFact]
    taskings: dict[tuple[str, str], TaskingFact]
    phases: dict[str, PhaseFact]
    postures: dict[tuple[str, str], PostureFact]
    stops: tuple[StopFact, ...]
    moves: tuple[MoveFact, ...]
    judgements: tuple[JudgementFact, ...]
    observations: tuple[ObservationFact, ...]
