"""Settings of a rehearsal in a directory of its own: nobody can watch it, so nothing is drawn."""

from __future__ import annotations

from exercise.settings import *  # noqa: F403

LIVE_ENABLED = False
