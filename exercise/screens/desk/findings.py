"""What the check finds in a version, worked out once for every state of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from django.core.cache import cache
from django.utils.translation import get_language

from scenarios.checks import Finding, Kind, Severity
from scenarios.models import Scenario
from scenarios.versions import check_version

GLYPHS = {Severity.ERROR: "late", Severity.WARNING: "due", Severity.ADVICE: "plan"}
KEPT_S = 600
"""Names of units may change in another scenario: what was found is not kept for long."""


class Mark(NamedTuple):
    """The worst that is said of an inject, for its row."""

    severity: Severity
    glyph: str
    words: str


def findings(scenario: Scenario) -> list[Finding]:
    """Everything that the check finds, in the reader's language."""
    found = at_hand(scenario)
    if found is None:
        found = check_version(scenario)
        cache.set(_key(scenario), (_state(scenario), found), KEPT_S)
    return found


def at_hand(scenario: Scenario) -> list[Finding] | None:
    """What the check found in this very state, if it was made already: a page of the table must not
    wait for a check of thousands of injects, and what was found before an edit may be of another
    inject now.
    """
    state, found = cache.get(_key(scenario)) or (None, None)
    return found if state == _state(scenario) else None


def marks(found: Iterable[Finding]) -> dict[str, Mark]:
    """For each inject of which something is said that matters on the day: the worst of it."""
    made: dict[str, Mark] = {}
    for one in sorted(found, key=_worst):
        if one.place.kind == Kind.INJECT and one.severity != Severity.ADVICE:
            number = one.place.code
            words = f"{one.severity.label.capitalize()}: {one.message} {one.suggestion}"
            if (known := made.get(number)) is not None:
                words = f"{known.words}\n{words}"
                made[number] = known._replace(words=words)
            else:
                made[number] = Mark(one.severity, GLYPHS[one.severity], words)
    return made


def said_of(scenario: Scenario, number: str) -> list[tuple[str, Finding]]:
    """What the last check said of an inject, each with its glyph, the worst first."""
    found = [one for one in at_hand(scenario) or () if one.place.kind == Kind.INJECT]
    own = [one for one in found if one.place.code == number]
    return [(GLYPHS[one.severity], one) for one in sorted(own, key=_worst)]


def _worst(finding: Finding) -> int:
    return list(Severity).index(finding.severity)


def _key(scenario: Scenario) -> str:
    return f"desk-findings-{scenario.pk}-{get_language()}"


def _state(scenario: Scenario) -> tuple[int, float]:
    return scenario.revision, scenario.updated_at.timestamp()


def counts(scenario: Scenario) -> dict[Severity, int]:
    """How many findings there are of each severity."""
    found = Counter(one.severity for one in findings(scenario))
    return {severity: found[severity] for severity in Severity}
