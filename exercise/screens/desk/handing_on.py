"""What the drills of a scenario left to be mended, as its next version is to look at it.

Of an action that is done and not verified too: the next drill is what verifies it.
"""

from __future__ import annotations

from typing import NamedTuple

from exercise.models import ACTION_UNSETTLED, CorrectiveAction
from exercise.situation.improvement import of_lineage, source_of
from scenarios.editing import Carried
from scenarios.models import Scenario
from units.text import LANGUAGES, Text


class HandedOn(NamedTuple):
    """What is still to be looked at, and the sources of what is verified or dropped."""

    checkpoints: list[Carried]
    settled: frozenset[str]

    def beyond(self, scenario: Scenario) -> list[Carried]:
        """What is not among the checkpoints of this version."""
        there = set(scenario.checkpoints.values_list("source", flat=True))
        return [one for one in self.checkpoints if one.source not in there]


def handed_on(scenario: Scenario) -> HandedOn:
    """What the drills of this scenario, and of those it was copied from, hand on to the next."""
    actions = of_lineage(scenario).select_related("exercise", "owner", "unit")
    open_, settled = [], set()
    for action in actions.order_by("exercise", "number"):
        source = source_of(action, action.exercise)
        if action.state in ACTION_UNSETTLED:
            open_.append(Carried(_words(action), source))
        else:
            settled.add(source)
    return HandedOn(open_, frozenset(settled))


def _words(action: CorrectiveAction) -> Text:
    """Finding and measure as they were written, in whichever language, and the owner's name."""
    owner = action.owner.short or action.owner.name
    said = (f"{action.finding} → {action.measure}", owner)
    return Text(**{code: f"{said[0]} ({said[1].in_language(code)})" for code in LANGUAGES})
