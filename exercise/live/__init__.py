"""The live channel: what changed is drawn once per audience and sent to every open page.

``changed`` is called by conduct after each commit, ``ensure`` by the timers as a net beneath it,
``removed`` when somebody is taken out of an exercise, ``signed_out`` when a session ends.
"""

from __future__ import annotations

from collections.abc import Iterable

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


def signed_out(exercise_ids: Iterable[int], session_ids: Iterable[int]) -> None:
    """Sessions have ended: close their streams and let none be opened, in each of these
    exercises. The same people's other sessions go on.
    """
    if settings.LIVE_ENABLED:
        from exercise.live.publish import publisher
        from exercise.live.tokens import session_holder

        holders = [session_holder(session_id) for session_id in session_ids]
        for exercise_id in exercise_ids:
            for holder in holders:
                publisher.expel(exercise_id, holder)
