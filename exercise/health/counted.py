"""What only this process knows, counted in its memory: requests, commands and refusals.

In memory, not in files shared by the processes of a machine: those are mapped into memory, and
writing to one on a full disk kills the process. Each process says its own figures with a
``process`` label (``exercise.health.metrics``).
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector

COUNTED = CollectorRegistry()
"""The counts of this process, and its memory, processor time and open files."""
ProcessCollector(registry=COUNTED)

FORBIDDEN, NOT_VALID = "forbidden", "not_valid"
"""Refused for want of a right, wherever that was noticed; refused by a form, before conduct."""

COMMANDS = Counter(
    "exercise_commands_total",
    "Commands given, by name and what came of them.",
    ["command", "outcome"],
    registry=COUNTED,
)
REFUSALS = Counter(
    "exercise_refusals_total",
    "Commands that were not carried out, by why.",
    ["code"],
    registry=COUNTED,
)
REQUESTS = Counter(
    "exercise_http_requests_total",
    "Requests answered, by address and class of status; streams are not among them.",
    ["route", "status"],
    registry=COUNTED,
)
REQUEST_SECONDS = Histogram(
    "exercise_http_request_seconds",
    "How long answers took to make.",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=COUNTED,
)


def command(name: str, outcome: str) -> None:
    """A command came to its end without being refused.

    Args:
        name: one of conduct's, never what the sender made up: every value is kept for ever.
        outcome: ``done``, ``nothing`` (there was nothing to do) or ``failed``.
    """
    COMMANDS.labels(name, outcome).inc()


def refusal(name: str, code: str) -> None:
    """A command was refused: for want of a right, for what was filled in, or by conduct's rules.

    Args:
        name: as for :func:`command`.
        code: of ``Refused``. Beside the name stands only its class, or there would be a series
            for every pair of the two.
    """
    COMMANDS.labels(name, code if code in (FORBIDDEN, NOT_VALID) else "refused").inc()
    REFUSALS.labels(code).inc()


def request(route: str, status: int, took_s: float) -> None:
    """A request was answered.

    Args:
        route: the address's name, never what the sender made up: every value is kept for ever.
    """
    REQUESTS.labels(route, f"{status // 100}xx").inc()
    REQUEST_SECONDS.labels(route).observe(took_s)
