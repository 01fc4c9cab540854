"""What only this process knows, counted in its memory: requests and refusals.

In memory, not in files shared by the processes of a machine: those are mapped into memory, and
writing to one on a full disk kills the process. Each process says its own figures with a
``process`` label (``exercise.health.metrics``).
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector

COUNTED = CollectorRegistry()
"""The counts of this process, and its memory, processor time and open files."""
ProcessCollector(registry=COUNTED)

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


def refusal(code: str) -> None:
    """A command was refused."""
    REFUSALS.labels(code).inc()


def request(route: str, status: int, took_s: float) -> None:
    """A request was answered.

    Args:
        route: the address's name, never what the sender made up: every value is kept for ever.
    """
    REQUESTS.labels(route, f"{status // 100}xx").inc()
    REQUEST_SECONDS.labels(route).observe(took_s)
