"""All readings as Prometheus takes them."""

from __future__ import annotations

import os
from collections.abc import Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from exercise.health import readings
from exercise.health.counted import COUNTED
from exercise.health.journal import JournalSums

sums = JournalSums()


class Install(Collector):
    """What every process says alike: of these an operator takes one process's, or the largest."""

    def collect(self) -> Iterator[Metric]:
        """Database first: what the broker is asked about depends on it."""
        yield from readings.read_all(
            {
                "database": (
                    sums.read,
                    readings.exercises,
                    readings.waiting,
                    readings.heartbeat,
                ),
                "broker": (readings.queue, readings.stream_lag),
                "disk": (readings.disk,),
            }
        )


class ThisProcess(Collector):
    """What each process says for itself, labelled with it: of these an operator takes the sum."""

    def collect(self) -> Iterator[Metric]:
        """The counts, and who watches."""
        process = str(os.getpid())
        for metric in COUNTED.collect():
            metric.samples = [
                sample._replace(labels={**sample.labels, "process": process})
                for sample in metric.samples
                if not sample.name.endswith("_created")  # Prometheus sees a start by itself
            ]
            yield metric
        clients = GaugeMetricFamily(
            "exercise_stream_clients",
            "Open streams by kind of audience.",
            labels=["audience", "process"],
        )
        for audience, count in readings.watching().items():
            clients.add_metric([audience, process], count)
        yield clients


# Not described: asking for the names at the start would ask for the readings.
_registry = CollectorRegistry(auto_describe=False)
_registry.register(Install())
_registry.register(ThisProcess())


def page(accept: str = "") -> tuple[bytes, str]:
    """The page of all metrics and its content type, in the notation the reader accepts."""
    encode, content_type = choose_encoder(accept)
    return encode(_registry), content_type
