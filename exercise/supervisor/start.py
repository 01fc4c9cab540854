"""Two ways to run the tree: for the command line, and beside a program that needs its timers."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from types import FrameType
from typing import Any

from exercise.supervisor.child import Child
from exercise.supervisor.layout import Site
from exercise.supervisor.premises import CannotStart, require_free_port, sole_supervisor
from exercise.supervisor.tree import Say, Tree

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run_tree(
    *,
    say: Say,
    before: Callable[[], None] | None = None,
    extra: Iterable[Child] = (),
    on_ready: Callable[[], None] | None = None,
    site: Site | None = None,
) -> None:
    """Run the whole product until Ctrl-C or SIGTERM.

    1. Refuse when another supervisor has the directory, or another program the port.
    2. Start the broker.
    3. Call `before` (migrations, sample data) with the broker answering and nothing else running.
    4. Start worker, beat, web, chores and the `extra` children.
    5. When all of them are ready call `on_ready`; keep everything running.
    6. At the first signal stop in order, at the second at once.
    """
    site = site or Site.from_settings()
    with sole_supervisor(site.var):
        require_free_port(site.host, site.port)
        tree = _tree(site, say)
        with _Signals(tree) as signals:
            try:
                tree.keep_until_ready()
                if before is not None and not tree.is_stopping():
                    with signals.interrupting():
                        before()
            except KeyboardInterrupt:
                pass  # the stop has been asked for; keep() carries it out
            except BaseException:
                tree.stop()
                raise
            tree.add([*site.timers(), site.web(), site.chores(), *extra])
            tree.keep(on_ready)


@contextmanager
def engine(
    *, say: Say = lambda line: None, extra: Iterable[Child] = (), site: Site | None = None
) -> Iterator[None]:
    """Have broker, timers and beat at work while the body runs; no web server.

    Where a supervisor already runs on this directory its engine is used, and left alone.
    """
    site = site or Site.from_settings()
    with ExitStack() as held:
        try:
            held.enter_context(sole_supervisor(site.var))
        except CannotStart:
            yield
            return
        tree = _tree(site, say)
        tree.add([*site.timers(), *extra])
        held.enter_context(_keeping(tree))
        yield


@contextmanager
def _keeping(tree: Tree) -> Iterator[None]:
    """Keep a tree from a thread of its own, from when it is ready until the body ends."""
    ready = threading.Event()
    problems: list[BaseException] = []

    def keep() -> None:
        try:
            tree.keep(ready.set)
        except BaseException as problem:
            problems.append(problem)
        finally:
            ready.set()

    # The children die with the thread that started them, so this one must see them to their end.
    keeper = threading.Thread(target=keep, name="supervisor")
    keeper.start()
    try:
        ready.wait()
        if problems:
            raise problems[0]
        yield
    finally:
        tree.ask_stop()
        keeper.join()


def _tree(site: Site, say: Say) -> Tree:
    return Tree(site.broker(), logs=site.var / "log", cwd=site.base, env=site.env(), say=say)


class _Signals:
    """The signals that ask for the end, answered for a tree while the block lasts."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._interrupts = False
        self._former: dict[signal.Signals, Any] = {}

    def __enter__(self) -> _Signals:
        for number in STOP_SIGNALS:
            if signal.getsignal(number) != signal.SIG_IGN:  # as under nohup
                self._former[number] = signal.signal(number, self._answer)
        return self

    def __exit__(self, *exc_info: object) -> None:
        for number, handler in self._former.items():
            signal.signal(number, handler)

    @contextmanager
    def interrupting(self) -> Iterator[None]:
        """Break off the body as well: it is one long call that never looks whether to stop."""
        self._interrupts = True
        try:
            yield
        finally:
            self._interrupts = False

    def _answer(self, number: int, frame: FrameType | None) -> None:
        self._tree.ask_stop()
        if self._interrupts:
            raise KeyboardInterrupt
