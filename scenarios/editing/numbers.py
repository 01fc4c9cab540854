"""The numbers of injects: each once in a version; gates follow when they change."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from scenarios.editing.desk import Desk
from scenarios.editing.refused import Refused
from scenarios.models import PhaseCondition, Scenario
from scenarios.phases import PLAYED, Phase


class Numbers:
    """The numbers of a version's injects."""

    def __init__(self, scenario: Scenario) -> None:
        self.taken = set(scenario.msel.values_list("number", flat=True))
        self._counts: dict[str, int] = {}

    def next(self, phase: str) -> str:
        """The next free number of a phase: above its highest, ``1.01`` in an empty first one."""
        place = PLAYED.index(Phase(phase)) + 1
        count = self._counts.get(phase)
        if count is None:
            tails = (number.partition(".") for number in self.taken)
            used = [int(tail) for head, _dot, tail in tails if head == str(place) and _counts(tail)]
            count = max(used, default=0)
        while (number := f"{place}.{count + 1:02}") in self.taken:
            count += 1
        self._counts[phase] = count + 1
        return number

    def take(self, number: str) -> None:
        """Use a number, once."""
        if number in self.taken:
            raise _taken(number)
        self.taken.add(number)

    def rename(self, renamed: Mapping[str, str]) -> None:
        """Let go of old numbers, then use the new ones."""
        self.taken -= renamed.keys()
        for number in renamed.values():
            self.take(number)


def _counts(tail: str) -> bool:
    return tail.isascii() and tail.isdecimal() and len(tail) <= 6


def _taken(number: str) -> Refused:
    message = _("Số %s đã dùng cho tình huống khác.") % number
    return Refused("duplicate", message, _("Đặt số khác."), field="number")


def follow(desk: Desk, renamed: Mapping[str, str]) -> None:
    """Let the gates' conditions name injects by their new numbers."""
    if not renamed:
        return
    conditions = PhaseCondition.objects.filter(plan__scenario=desk.scenario)
    desk.change_many(
        [
            (one, {"after": [renamed.get(number, number) for number in one.after]})
            for one in conditions
        ]
    )
