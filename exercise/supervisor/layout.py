"""The children of this product, as command lines: broker, worker, chores, beat, web, and
`manage.py …`.
"""

from __future__ import annotations

import http.client
import os
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import quote

from exercise.supervisor import broker
from exercise.supervisor.child import Child

# Who is stopped first: those who take work in, then those who make it, then the one who carries it.
STOP_INTAKE, STOP_BEAT, STOP_WORKER, STOP_BROKER = range(4)

CHORES_NICENESS = 10
"""Where processor time is short, an import waits and a release does not."""


MEMORY = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": str(128 * 1024)}
"""Read by glibc. Drawings are texts of some hundred KB that live for a moment. By itself it would
take them, after the first of each size, from heaps, one for each thread, where they leave holes: a
process grew for hours by what nobody used any more.
"""


@dataclass(frozen=True)
class Site:
    """One install: where it lives and where it listens."""

    base: Path
    var: Path
    host: str
    port: int
    redis_url: str
    own_broker: bool
    behind_proxy: bool = False

    @classmethod
    def from_settings(cls) -> Site:
        """Read the install's settings. The broker is ours unless REDIS_URL names another."""
        from django.conf import settings

        var: Path = settings.VAR_DIR
        plain_url = f"unix://{quote(str(var / 'run' / 'broker.sock'))}"
        own_broker = settings.REDIS_URL in {plain_url, broker.url(var)}
        return cls(
            base=settings.BASE_DIR,
            var=var,
            host=settings.HOST,
            port=settings.PORT,
            redis_url=broker.url(var) if own_broker else settings.REDIS_URL,
            own_broker=own_broker,
            behind_proxy=settings.HTTPS,
        )

    def env(self) -> dict[str, str]:
        """Return what the children must agree on, whatever the command was started with, and how
        they take memory where it says nothing of that.
        """
        return {
            "EXERCISE_VAR": str(self.var),
            "REDIS_URL": self.redis_url,
            "PORT": str(self.port),
        } | {name: os.environ.get(name, value) for name, value in MEMORY.items()}

    def broker(self) -> list[Child]:
        """Return the private broker, or nothing where another one is named."""
        return [_broker(self.var)] if self.own_broker else []

    def timers(self) -> list[Child]:
        """Return what does the timed work: worker and beat."""
        return [self._worker(), self._beat()]

    def child(self, name: str) -> Child:
        """Return one of web, worker, chores and beat by its name."""
        made = {
            "web": self.web,
            "worker": self._worker,
            "chores": self.chores,
            "beat": self._beat,
        }
        return made[name]()

    def web(self) -> Child:
        """Return the web server: pages and streams in one process."""
        proxy = "--proxy-headers" if self.behind_proxy else "--no-proxy-headers"
        return Child(
            name="web",
            argv=(
                *(sys.executable, "-m", "uvicorn", "exercise.asgi:application"),
                *("--host", self.host, "--port", str(self.port)),
                *("--loop", "uvloop", "--http", "httptools", "--ws", "none"),
                *("--no-access-log", "--log-level", "warning", "--no-server-header", proxy),
                *("--timeout-graceful-shutdown", "1"),
            ),
            ready=partial(_serves, self.host, self.port),
            stop_rank=STOP_INTAKE,
        )

    def chores(self) -> Child:
        """Return the worker of what takes seconds: imports and reports as files.

        Nothing of a running exercise depends on it.
        """
        return _celery(
            self,
            "worker",
            # One task at a time, in the process itself: a killed one leaves nothing behind.
            *("--queues", "chores", "--pool", "solo", "--hostname", "chores@%h", *_ALONE),
            name="chores",
            # Last of all: nobody waits for it, and all would wait for its start.
            needs=("web",),
            # With the web: no other child waits for it.
            stop_rank=STOP_INTAKE,
            niceness=CHORES_NICENESS,
        )

    def _worker(self) -> Child:
        return _celery(
            self,
            "worker",
            # Threads: half the memory of forked children, and nothing is left behind by a kill -9.
            *("--queues", "timers", "--pool", "threads", "--concurrency", "4"),
            *("--hostname", "timers@%h", *_ALONE),
            stop_rank=STOP_WORKER,
        )

    def _beat(self) -> Child:
        # Never `worker -B`: that beat is not started again, and outlives its worker as an orphan.
        return _celery(self, "beat", stop_rank=STOP_BEAT)


def manage(*words: str, name: str | None = None, needs: tuple[str, ...] = ("web",)) -> Child:
    """Return a management command as a child that may end by itself, such as the demo's players."""
    return Child(
        name=name or words[0],
        argv=(sys.executable, "manage.py", *words),
        needs=needs,
        stop_rank=STOP_INTAKE,
        until_done=True,
    )


def _broker(var: Path) -> Child:
    return Child(
        name="broker",
        argv=broker.command(var),
        ready=partial(broker.answers, broker.socket_path(var)),
        stop_rank=STOP_BROKER,
    )


_ALONE = ("--without-gossip", "--without-mingle", "--without-heartbeat")


def _celery(
    site: Site,
    command: str,
    *options: str,
    stop_rank: int,
    name: str | None = None,
    needs: tuple[str, ...] = (),
    niceness: int = 0,
) -> Child:
    return Child(
        name=name or command,
        argv=(
            *(sys.executable, "-m", "celery", "--quiet", "--app", "exercise.celery", command),
            *("--loglevel", "WARNING", *options),
        ),
        # A Celery process that finds no broker sleeps two seconds before it looks again.
        needs=(*(("broker",) if site.own_broker else ()), *needs),
        stop_rank=stop_rank,
        niceness=niceness,
    )


def _serves(host: str, port: int) -> bool:
    """Tell whether the web server answers; a redirect or a refused host name is an answer too."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    connection = http.client.HTTPConnection(reachable, port, timeout=0.5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
