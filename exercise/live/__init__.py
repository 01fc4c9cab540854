"""The live channel: what changed is drawn once per audience and sent to every open page.

``changed`` is called by conduct after each commit, ``ensure`` by the timers as a net beneath it.
"""

from __future__ import annotations

from django.conf import settings


def changed(exercise_id: int) -> None:
    """Something was committed: have it drawn soon, by a thread of this process."""
    if settings.LIVE_ENABLED:
        from exercise.live.publish import publisher

        publisher.kick(exercise_id)


def ensure(exercise_id: int, seq: int) -> None:
    """Have an exercise drawn if entries up to ``seq`` are not: a process may have died in
    between.
    """
    if settings.LIVE_ENABLED:
        from exercise.live.publish import publisher

        publisher.ensure(exercise_id, seq)
