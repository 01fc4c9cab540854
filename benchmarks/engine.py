"""The product's own processes for a run, with its own command lines, in a directory of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil

from benchmarks.processes import (
    BASE,
    DidNotFinish,
    directory,
    environment,
    manage,
    running,
    wait_until,
)
from exercise.supervisor import Child

KEPT = ("DJANGO_SETTINGS_MODULE", "DATABASE_URL", "BENCH_TICK", "BENCH_SCHEDULER")


@contextmanager
def processes(
    children: Sequence[Child], logs: Path, site_env: dict[str, str]
) -> Iterator[dict[str, psutil.Process]]:
    """Start children in their order, each when the one before is ready; by name."""
    given = {name: os.environ[name] for name in KEPT if name in os.environ}
    env = environment(**site_env, **given)
    logs.mkdir(parents=True, exist_ok=True)
    with ExitStack() as held:
        found = {}
        for child in children:
            log = logs / f"{child.name}.log"
            found[child.name] = held.enter_context(running(child.argv, env, log))
            if child.ready is not None:
                wait_until(child.ready, f"{child.name} does not start; see {log}")
        yield found


@contextmanager
def migrated(settings_module: str) -> Iterator[Path]:
    """A directory with an empty SQLite database, to be copied for each run."""
    with directory() as there:
        var = there / "var"
        env = environment(EXERCISE_VAR=str(var), DJANGO_SETTINGS_MODULE=settings_module)
        manage("migrate", "--no-input", "-v", "0", env=env)
        yield var


@contextmanager
def postgres(there: Path) -> Iterator[str]:
    """A private PostgreSQL on a socket, that does wait for its disk; its address.

    Raises:
        DidNotFinish: there is none on this machine.
    """
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        raise DidNotFinish("PostgreSQL is not installed")
    programs, data, log = found[-1].parent, there / "data", there / "postgres.log"
    there.mkdir(mode=0o755)
    # PostgreSQL refuses to run as root.
    as_user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    if as_user:
        shutil.chown(there, "postgres")
        os.chmod(there.parent, 0o755)

    def run(*words: str) -> None:
        done = subprocess.run([*as_user, *words], cwd="/", capture_output=True, text=True)
        if done.returncode:
            raise DidNotFinish(f"{words[0]}: {done.stderr[-1000:]}")

    who = ("--auth", "trust", "--username", "drill", "--encoding", "UTF8", "--locale", "C.UTF-8")
    run(str(programs / "initdb"), "--pgdata", str(data), *who)
    options = f"-c listen_addresses='' -c unix_socket_directories={there} -c max_connections=200"
    control = (str(programs / "pg_ctl"), "--pgdata", str(data), "--silent")
    # Its output to a file: whoever reads a pipe would wait for the server's end.
    run(*control, "--log", str(log), "--wait", "start", "--options", options)
    try:
        yield f"postgres://drill@{str(there).replace('/', '%2F')}/postgres"
    finally:
        run(*control, "--mode", "immediate", "stop")


def run_apart(module: str, *words: str, env: dict[str, str], logs: Path, limit_s: float) -> str:
    """A run in a process of its own, because Django's settings are the process's; its output.

    Raises:
        DidNotFinish: with the end of what it and its children said.
    """
    command = [sys.executable, "-m", module, *words]
    try:
        done = subprocess.run(
            command, cwd=BASE, env=env, capture_output=True, text=True, timeout=limit_s
        )
    except subprocess.TimeoutExpired:
        raise DidNotFinish(f"not over after {limit_s:.0f} s") from None
    if done.returncode:
        tails = "".join(f"\n{log.name}: {log.read_text()[-600:]}" for log in logs.glob("*.log"))
        raise DidNotFinish(f"{done.stderr[-1200:]}{tails}")
    return done.stdout
