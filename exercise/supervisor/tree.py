"""Keeps a set of children: starts them as their needs are met, again after a crash, and stops all.

One thread does everything, a few times a second; nothing here knows what the children are for.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import SubprocessError

from exercise.supervisor.child import Child, Process, last_lines
from exercise.supervisor.premises import CannotStart

Say = Callable[[str], None]


@dataclass(frozen=True)
class Patience:
    """How long the tree waits for what, in seconds."""

    first_restart_s: float = 0.3
    longest_restart_s: float = 10.0
    stable_after_s: float = 5.0
    """So long ready (or, where nothing says whether it is, running), and the next crash is a first
    one again: whoever waits for a release waits for the restart. What dies every ten seconds is
    started again every ten seconds, which a machine can bear.
    """
    rank_stop_s: float = 0.5
    stop_s: float = 1.5
    look_every_s: float = 0.1
    look_every_at_start_s: float = 0.02
    crashes_before_giving_up: int = 5


@dataclass
class Post:
    """A child's place in the tree, across all its restarts."""

    child: Child
    process: Process | None = None
    ready: bool = False
    done: bool = False
    crashes: int = 0
    """In a row."""
    crashes_ever: int = 0
    ready_at: float = 0.0
    not_before: float = 0.0
    starts: int = 0


class Tree:
    """The children and the loop that keeps them."""

    def __init__(
        self,
        children: Iterable[Child],
        *,
        logs: Path,
        cwd: Path,
        say: Say,
        env: Mapping[str, str] | None = None,
        patience: Patience | None = None,
    ) -> None:
        self.posts: dict[str, Post] = {}
        self.add(children)
        self.patience = patience or Patience()
        self._logs, self._cwd, self._env, self._tell = logs, cwd, env, say
        self._stops_asked = 0

    def log(self, name: str) -> Path:
        """Return the file that keeps a child's output."""
        return self._logs / f"{name}.log"

    def ask_stop(self) -> None:
        """End the tree soon; asked twice, at once. May be called from a signal handler."""
        self._stops_asked += 1

    def is_stopping(self) -> bool:
        """Tell whether the end has been asked for."""
        return self._stops_asked > 0

    def keep(self, on_ready: Callable[[], None] | None = None) -> None:
        """Keep the tree until it is asked to stop, then stop it, whatever happens on the way.

        1. Start what can be started, look for what has ended and what has become ready.
        2. The first time that everything is ready, call `on_ready`.
        3. Stop in order.
        """
        try:
            while not self._stops_asked:
                self.look()
                if on_ready is not None and self._everything_was_ready:
                    on_ready()
                    on_ready = None
                self._pause()
        finally:
            self.stop()

    def keep_until_ready(self) -> None:
        """Keep what is there until all of it is ready or a stop is asked for, and return."""
        while not (self._stops_asked or self.is_ready()):
            self.look()
            self._pause()

    def add(self, children: Iterable[Child]) -> None:
        """Take more children in; they are started at the next look."""
        self.posts.update({child.name: Post(child) for child in children})
        self._everything_was_ready = False

    def is_ready(self) -> bool:
        """Tell whether every child has been started and answers."""
        return all(post.ready or post.done for post in self.posts.values())

    def look(self) -> None:
        """Go round once: who has ended, who can be started, and which of the new are ready."""
        for post in self.posts.values():
            if post.process is not None:
                self._check(post, post.process)
            if post.process is None and not post.done:
                self._start_if_possible(post)
        self._everything_was_ready = self._everything_was_ready or self.is_ready()

    def stop(self) -> None:
        """Stop rank after rank, each with a moment to finish; kill what is left at the end."""
        deadline = time.monotonic() + self.patience.stop_s
        for rank in sorted({post.child.stop_rank for post in self.posts.values()}):
            members = [post for post in self._running() if post.child.stop_rank == rank]
            for post in members:
                if post.process is not None:
                    post.process.terminate()
            self._wait_for(members, min(deadline, time.monotonic() + self.patience.rank_stop_s))
        self._wait_for(self._running(), deadline)
        for post in self._running():
            self._say(f"{post.child.name} killed, it did not end by itself")
            if post.process is not None:
                post.process.kill()
                post.process = None

    def _wait_for(self, posts: Sequence[Post], deadline: float) -> None:
        """Wait until these have ended, the deadline is over, or a stop is asked for again."""
        while self._still_running(posts) and self._stops_asked < 2:
            if time.monotonic() >= deadline:
                return
            time.sleep(0.01)

    def _check(self, post: Post, process: Process) -> None:
        status = process.ended()
        if status is not None:
            self._note_end(post, status)
        elif not post.ready and (post.child.ready is None or post.child.ready()):
            post.ready, post.ready_at = True, time.monotonic()

    def _start_if_possible(self, post: Post) -> None:
        now = time.monotonic()
        if now < post.not_before or not all(self.posts[name].ready for name in post.child.needs):
            return
        try:
            post.process = Process(
                post.child, log=self.log(post.child.name), cwd=self._cwd, env=self._env
            )
        except (OSError, SubprocessError) as problem:
            # No more processes, a full disk: the others must not fall with it.
            self._note_crash(post, f"could not be started ({problem})")
            return
        post.starts += 1
        self._say(f"{post.child.name} {'started' if post.starts == 1 else 'started again'}")

    def _note_end(self, post: Post, status: int) -> None:
        was_ready, post.process, post.ready = post.ready, None, False
        if status == 0 and post.child.until_done:
            post.done = True
            self._say(f"{post.child.name} has finished")
            return
        if was_ready and time.monotonic() - post.ready_at >= self.patience.stable_after_s:
            post.crashes = 0
        self._note_crash(post, f"ended ({_reason(status)})")

    def _note_crash(self, post: Post, what: str) -> None:
        now = time.monotonic()
        post.crashes += 1
        post.crashes_ever += 1
        log = self.log(post.child.name)
        # In a row or not: where imports are slow, a child that cannot start lives for a while.
        gave_up = post.crashes_ever >= self.patience.crashes_before_giving_up
        if gave_up and not self._everything_was_ready:
            last = ["The end of its log says:", *lines] if (lines := last_lines(log)) else []
            raise CannotStart(
                f"{post.child.name} does not start.",
                "\n".join([f"It {what}.", *last, f"All of its log: {log}"]),
            )
        wait_s = self.restart_wait_s(post.crashes)
        post.not_before = now + wait_s
        self._say(f"{post.child.name} {what}, again in {wait_s:.1f} s; see {log}")

    def restart_wait_s(self, crashes: int) -> float:
        """Return how long to wait after the n-th crash in a row: twice as long each time."""
        first, longest = self.patience.first_restart_s, self.patience.longest_restart_s
        return min(longest, first * 2.0 ** min(crashes - 1, 30))

    def _pause(self) -> None:
        quick = not self._everything_was_ready
        wait = self.patience.look_every_at_start_s if quick else self.patience.look_every_s
        time.sleep(wait)

    def _running(self) -> list[Post]:
        return [post for post in self.posts.values() if post.process is not None]

    def _still_running(self, posts: Sequence[Post]) -> bool:
        for post in posts:
            if post.process is not None and post.process.ended() is not None:
                post.process = None
        return any(post.process is not None for post in posts)

    def _say(self, line: str) -> None:
        try:
            self._tell(line)
        except OSError:  # the terminal is gone; that is no reason to leave the children
            pass


def _reason(status: int) -> str:
    if status < 0:
        return signal.Signals(-status).name
    return f"status {status}"
