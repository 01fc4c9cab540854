"""The live channel: what changed is drawn once per audience and sent to every open page.

``changed`` is called by conduct after each commit, ``ensure`` by the timers as a net beneath it,
``removed`` when somebody is taken out of an exercise.
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


def removed(exercise_id: int, participant_id: int) -> None:
    """Somebody is no longer in an exercise: close their streams and let none be opened."""
    if settings.LIVE_ENABLED:
        from exercise.live.publish import publisher

        publisher.expel(exercise_id, str(participant_id))
