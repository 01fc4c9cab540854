"""Runs the embedded tree: broker, workers, beat and web, one program that starts and stops as one.

Here is only the keeping of processes; what they do is their own affair. Standard library and the
project's settings, nothing else, because this program is what everybody waits for at the start.

    child.py    one process: how it is started, its output, its death with its parent's
    tree.py     several of them: waiting for each other, starting again, stopping in order
    broker.py   the private Valkey or Redis
    premises.py what must be free before anything starts: the directory and the port
    layout.py   the children of this product
    start.py    `run_tree` for the command line, `engine` for programs that need the timers only
"""

from __future__ import annotations

from exercise.supervisor.child import Child
from exercise.supervisor.layout import Site, manage
from exercise.supervisor.premises import CannotStart
from exercise.supervisor.start import engine, run_tree

__all__ = ["CannotStart", "Child", "Site", "engine", "manage", "run_tree"]
