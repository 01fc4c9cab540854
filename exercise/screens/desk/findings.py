"""What the check finds in a version, worked out once for every state of it."""

from __future__ import annotations

from collections import Counter

from django.core.cache import cache
from django.utils.translation import get_language

from scenarios.checks import Finding, Severity, check
from scenarios.models import Scenario
from scenarios.writing import unchecked_document_of

KEPT_S = 600
"""Names of units may change in another scenario: what was found is not kept for long."""


def findings(scenario: Scenario) -> list[Finding]:
    """Everything that the check finds, in the reader's language."""
    state = f"{scenario.pk}-{scenario.revision}-{scenario.updated_at.timestamp()}"
    key = f"desk-findings-{state}-{get_language()}"
    found: list[Finding] | None = cache.get(key)
    if found is None:
        found = check(unchecked_document_of(scenario))
        cache.set(key, found, KEPT_S)
    return found


def counts(scenario: Scenario) -> dict[Severity, int]:
    """How many findings there are of each severity."""
    found = Counter(one.severity for one in findings(scenario))
    return {severity: found[severity] for severity in Severity}
