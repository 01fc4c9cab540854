"""What happened while the whole system was down, for the director who finds the clock set back."""

from __future__ import annotations

from dataclasses import dataclass

from exercise.models import Inject, InjectState, StopReason
from exercise.situation import log
from exercise.situation.facts import INJECT_GLYPH, Facts
from scenarios.calendar import MINUTE_US


@dataclass(frozen=True, slots=True)
class Missed:
    """An inject whose moment came and went while nothing worked, as it stands now."""

    inject: Inject
    glyph: str
    ahead: bool
    """Whether it comes by itself once the clock goes on."""


@dataclass(frozen=True, slots=True)
class Outage:
    """The last outage: from when to when, where the clock was put, and what lies ahead again."""

    from_wall_us: int
    until_wall_us: int
    down_us: int
    back_to_us: int
    would_be_us: int
    """Where the clock would stand had nothing happened."""
    catch_up_min: int
    """Exercise minutes from where the clock stands now to there."""
    missed: tuple[Missed, ...]

    @property
    def ahead(self) -> int:
        return sum(one.ahead for one in self.missed)


def after_outage(facts: Facts) -> Outage | None:
    """The outage the clock stands still for; ``None`` where it stands for another reason, or runs.

    One query, and none in the ordinary case.
    """
    exercise = facts.exercise
    if exercise.running or exercise.stop_reason != StopReason.OUTAGE:
        return None
    entry = log.entries_of(exercise).filter(kind="outage_recovered").order_by("-seq").first()
    if entry is None:
        return None
    numbers = set(entry.data.get("missed", ()))
    missed = [inject for inject in facts.injects if inject.number in numbers]
    down_us = int(entry.data["down_us"])
    # The pace as it was then: it may have been set anew since.
    rates = [change["new"][2] for change in entry.changes if change["field"] == "clock"]
    rate_permille = rates[-1] if rates else exercise.rate_permille
    would_be_us = entry.exercise_us + down_us * rate_permille // 1000
    return Outage(
        from_wall_us=int(entry.data["sign_wall_us"]),
        until_wall_us=entry.wall_us,
        down_us=down_us,
        back_to_us=entry.exercise_us,
        would_be_us=would_be_us,
        catch_up_min=max(0, would_be_us - exercise.anchor_us) // MINUTE_US,
        missed=tuple(
            Missed(
                inject=one,
                glyph=INJECT_GLYPH[InjectState(one.state)],
                ahead=one.state == InjectState.SCHEDULED and one.overdue_wall_us is None,
            )
            for one in sorted(missed, key=lambda one: (one.due_us or 0, one.sort_key))
        ),
    )
