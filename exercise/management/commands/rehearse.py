"""`manage.py rehearse FILE`: a scenario from start to end with bots, on an engine of its own."""

from __future__ import annotations

import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from exercise.clock import PACE_MAX, PACE_MIN
from exercise.management.preparation import build_static_if_needed, migrate_if_needed
from exercise.players.rehearsal import Progress, Rehearsal
from exercise.players.report import as_text, conforms
from exercise.supervisor import CannotStart
from scenarios.reading import ScenarioProblems, read

UNREADABLE = 2
INTERRUPTED = 130
UNDRAWN = "exercise.players.undrawn"
OTHERS = ("DATABASE_URL", "REDIS_URL", "PORT")
"""What belongs to the install and must not be shared by a rehearsal."""


class Command(BaseCommand):
    help = (
        "Runs a scenario from start to end with bots on a broker, worker and beat of its own and "
        "reports what came, how late, and how the units did. Status 0: nothing lost or doubled."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("scenario", type=Path, metavar="SCENARIO_FILE")
        parser.add_argument("--speed", type=float, default=600.0, help="0.25 to 600 (600)")
        parser.add_argument("--seed", type=int, default=7, help="the same seed, the same bots (7)")
        parser.add_argument(
            "--units-late", type=int, default=2, metavar="N", help="units that miss limits (2)"
        )
        parser.add_argument("--json", metavar="OUT", help="write the report there; - is stdout")
        parser.add_argument(
            "--keep", type=Path, metavar="DIR", help="work in this empty directory and keep it"
        )
        parser.add_argument(
            "--draw",
            action="store_true",
            help="draw the boards as if somebody watched: it costs the timers processor time",
        )
        parser.add_argument(
            "--here",
            action="store_true",
            help="in this install's own database, with its broker, instead of a temporary one",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not PACE_MIN <= options["speed"] * 1000 <= PACE_MAX:
            raise CommandError("--speed: from 0.25 to 600.")
        if options["units_late"] < 0:
            raise CommandError("--units-late: 0 or more.")
        try:
            read(options["scenario"])
        except ScenarioProblems as problems:
            self._unreadable(options["scenario"], problems)
        if options["here"]:
            sys.exit(self._rehearse(options))
        sys.exit(self._elsewhere(options["keep"], draw=options["draw"]))

    def _unreadable(self, source: Path, found: ScenarioProblems) -> None:
        for problem in found.problems:
            line = f":{problem.line}" if problem.line else ""
            self.stderr.write(f"{source}{line}: {problem}")
        sys.exit(UNREADABLE)

    # ── in a directory of its own ───────────────────────────────────────────────────────────
    def _elsewhere(self, keep: Path | None, *, draw: bool) -> int:
        """Run this same command again on a database and a broker that nobody else has."""
        if keep is not None:
            keep.mkdir(mode=0o700, parents=True, exist_ok=True)
            if any(keep.iterdir()):
                raise CommandError(f"{keep} is not empty.")
        var = keep.resolve() if keep else Path(tempfile.mkdtemp(prefix="rehearsal-"))
        environment = {name: value for name, value in os.environ.items() if name not in OTHERS}
        environment["EXERCISE_VAR"] = str(var)
        if not draw:
            environment["DJANGO_SETTINGS_MODULE"] = UNDRAWN
        words = [sys.executable, sys.argv[0], *sys.argv[1:], "--here"]
        # Before it starts, so that no signal finds it unanswered and leaves the directory behind.
        with _PassingOn() as signals:
            try:
                status = signals.run(words, environment)
            finally:
                if keep is None:
                    shutil.rmtree(var, ignore_errors=True)
        return INTERRUPTED if signals.came else status

    # ── here ────────────────────────────────────────────────────────────────────────────────
    def _rehearse(self, options: dict[str, Any]) -> int:
        _log_to(settings.VAR_DIR / "log" / "rehearse.log")
        migrate_if_needed()
        if settings.LIVE_ENABLED:
            build_static_if_needed()  # what is drawn for the boards names them
        rehearsal = Rehearsal(
            source=options["scenario"],
            pace=options["speed"],
            seed=options["seed"],
            units_late=options["units_late"],
        )
        progress = Progress()
        try:
            report = rehearsal.run(progress, say=logging.getLogger("supervisor").info)
        except CannotStart as problem:
            raise CommandError(str(problem)) from None
        except KeyboardInterrupt:
            return INTERRUPTED
        finally:
            progress.done()
        data = json.dumps(report, ensure_ascii=False, indent=2)
        if options["json"] == "-":
            self.stdout.write(data)
        else:
            self.stdout.write(as_text(report))
            if options["json"]:
                Path(options["json"]).write_text(f"{data}\n", encoding="utf-8")
        return 0 if conforms(report) else 1


class _PassingOn:
    """Hands Ctrl-C and SIGTERM on to a process and goes on waiting for it, however often they come.

    An exception in their place would leave the wait, and the process behind.
    """

    def __init__(self) -> None:
        self.came = False
        self._process: subprocess.Popen[bytes] | None = None
        self._former: dict[signal.Signals, Any] = {}

    def __enter__(self) -> _PassingOn:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._former[number] = signal.signal(number, self._answer)
        return self

    def __exit__(self, *exc_info: object) -> None:
        for number, handler in self._former.items():
            signal.signal(number, handler)

    def run(self, words: list[str], environment: dict[str, str]) -> int:
        """Run it to its end; answers its status."""
        self._process = subprocess.Popen(words, env=environment)
        if self.came:
            self._pass_on()
        return self._process.wait()

    def _answer(self, number: int, frame: FrameType | None) -> None:
        self.came = True
        self._pass_on()

    def _pass_on(self) -> None:
        if self._process is not None:
            # At a terminal it has had the signal as well; asking twice does no harm.
            self._process.send_signal(signal.SIGINT)


def _log_to(log: Path) -> None:
    """Keep log lines out of the progress bar."""
    log.parent.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(log, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.getLogger().handlers[:] = [handler]
