"""A grown install on hosts of its own: two each of web, worker and beat, broker, database."""

from __future__ import annotations

import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from subprocess import PIPE
from typing import Any

from tests.engine.conftest import BASE, environment

from .network import Network

WEB, WORKER, BEAT = ("web1", "web2"), ("worker1", "worker2"), ("beat1", "beat2")
DATABASE, BROKER, CLIENT = ("database",), ("broker",), ("client",)
HOSTS = (*WEB, *WORKER, *BEAT, *DATABASE, *BROKER, *CLIENT)
PORT = 8000
NAME = "drill.example"
READY_WITHIN_S = 90.0
CURL = ("curl", "--silent", "--max-time", "5")


def wait_for(condition: Callable[[], Any], what: str, within_s: float = READY_WITHIN_S) -> Any:
    deadline = time.monotonic() + within_s
    while not (found := condition()):
        assert time.monotonic() < deadline, f"it did not come: {what}"
        time.sleep(0.1)
    return found


class Install:
    """Every process of the product with the command line the supervisor gives it, on its host."""

    def __init__(self, network: Network, *, https: bool = False) -> None:
        self.network, self.https = network, https
        self.home = Path(tempfile.mkdtemp(prefix="drill-hosts-"))
        self.home.chmod(0o755)  # PostgreSQL runs as another user
        self._desk: subprocess.Popen[str] | None = None
        self._processes: list[subprocess.Popen[bytes]] = []
        at = network.address
        self.database_url = f"postgres://drill@{at['database']}:5432/postgres"
        self.redis_url = f"redis://{at['broker']}:6379/0"
        self._secret = os.urandom(30).hex()

    # ── start ───────────────────────────────────────────────────────────────────────────────
    def start(self) -> None:
        self.start_database()
        self.run("broker", "broker", *self._broker())
        wait_for(lambda: self.ask_broker("PING") == "PONG", "the broker")
        for host in (*WEB, *WORKER):  # workers draw what pages show, so they need the files too
            self.python("manage.py", "prepare", host=host)
        for host in (*WEB, *WORKER, *BEAT):
            self.start_product(host)
        for host in WEB:
            wait_for(lambda host=host: self._serves(host), host)

    def start_product(self, host: str) -> None:
        """What the host is there for."""
        self.run(host, host, sys.executable, "manage.py", "process", host.rstrip("12"))

    def env(self, host: str) -> dict[str, str]:
        """What an administrator writes into the host's environment file."""
        # On its own host the database is reached past the network, so that it can be looked at
        # whatever is cut.
        sockets = f"postgres://drill@{str(self.home / 'sockets').replace('/', '%2F')}/postgres"
        return environment(
            EXERCISE_VAR=str(self.home / host),
            DJANGO_SETTINGS_MODULE="exercise.settings",
            DATABASE_URL=sockets if host == "database" else self.database_url,
            REDIS_URL=self.redis_url,
            SECRET_KEY=self._secret,
            HTTPS=str(self.https),
            LISTEN="0.0.0.0",
            PORT=str(PORT),
            ALLOWED_HOSTS=",".join([NAME, *(self.network.address[host] for host in WEB)]),
        )

    def start_database(self) -> None:
        (bin_,) = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1:]
        data, sockets = self.home / "database-files", self.home / "sockets"
        for place in (data, sockets):
            place.mkdir(mode=0o700)
            shutil.chown(place, "postgres", "postgres")
        sockets.chmod(0o755)
        as_postgres = ("setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--")
        subprocess.run(
            [
                *(*as_postgres, f"{bin_}/initdb", "--pgdata", str(data), "--auth", "trust"),
                *("--username", "drill", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"),
            ],
            check=True,
            capture_output=True,
            cwd=self.home,
        )
        with (data / "pg_hba.conf").open("a") as access:
            access.write("host all all 10.77.0.0/16 trust\n")
        self.run(
            *("database", "postgres", *as_postgres, "setpriv", "--pdeathsig", "KILL", "--"),
            *(f"{bin_}/postgres", "-D", str(data), "-c", "listen_addresses=*"),
            *("-c", f"unix_socket_directories={sockets}", "-c", "fsync=off"),
        )
        ready = [
            f"{bin_}/pg_isready",
            "--quiet",
            "--host",
            str(sockets),
            "--username",
            "drill",
            "--dbname",
            "postgres",
        ]
        wait_for(lambda: subprocess.run(ready, check=False).returncode == 0, "the database")
        self.python("manage.py", "prepare", host="database")

    @staticmethod
    def _broker() -> Sequence[str]:
        server = shutil.which("valkey-server") or shutil.which("redis-server")
        assert server, "neither valkey-server nor redis-server is installed"
        return (server, "--bind", "0.0.0.0", "--protected-mode", "no", "--save", "")

    def run(self, host: str, name: str, *words: object) -> None:
        (self.home / host).mkdir(exist_ok=True)
        with (self.home / f"{name}.log").open("ab") as log:
            self._processes.append(
                subprocess.Popen(
                    self.network.at(host, *words),
                    cwd=self.home / host if host in (*DATABASE, *BROKER) else BASE,
                    env=self.env(host),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                )
            )

    # ── ask ─────────────────────────────────────────────────────────────────────────────────
    def desk(self, *words: object) -> Any:
        """Have something done or looked up on the database's own host."""
        if self._desk is None:
            self._desk = self.popen("-m", "tests.hosts.desk", host="database", stdout=PIPE)
        assert self._desk.stdin
        assert self._desk.stdout
        self._desk.stdin.write(json.dumps([*map(str, words)]) + "\n")
        self._desk.stdin.flush()
        line = self._desk.stdout.readline()
        assert line, self.logs()
        return json.loads(line)

    def python(self, *words: object, host: str) -> str:
        done = subprocess.run(
            self.network.at(host, sys.executable, *words),
            cwd=BASE,
            env=self.env(host),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def popen(self, *words: object, host: str, **given: Any) -> subprocess.Popen[str]:
        """A program of the test's on a host; what it complains of goes to the host's log."""
        with (self.home / f"{host}.log").open("ab") as log:
            process = subprocess.Popen(
                self.network.at(host, sys.executable, *words),
                cwd=BASE,
                env=self.env(host),
                stdin=PIPE,
                stderr=log,
                text=True,
                **given,
            )
        self._processes.append(process)  # type: ignore[arg-type]
        return process

    def ask_broker(self, *words: str) -> str:
        done = subprocess.run(
            self.network.at("broker", "redis-cli", *words), capture_output=True, text=True
        )
        return done.stdout.strip()

    def _serves(self, host: str) -> bool:
        address = f"http://{self.network.address[host]}:{PORT}/healthz"
        done = subprocess.run(
            self.network.at("client", *CURL, "--header", "X-Forwarded-Proto: https", address),
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout == "ok"

    def alive(self) -> bool:
        return all(process.poll() is None for process in self._processes)

    def logs(self) -> str:
        return "\n".join(
            f"── {log.name}\n{log.read_text(errors='replace')[-6000:]}"
            for log in sorted([*self.home.glob("*.log"), *self.home.glob("*.jsonl")])
        )

    # ── stop ────────────────────────────────────────────────────────────────────────────────
    def stop(self) -> None:
        for process in reversed(self._processes):
            if process.poll() is None:
                process.kill()
            process.wait()
        shutil.rmtree(self.home, ignore_errors=True)
