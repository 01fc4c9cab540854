"""The loop: read the exercise, give the commands whose moment has come, sleep until the next.

Players are clients like any other. They know nothing but the rows, act through ``conduct`` alone,
and may be killed and started again at any moment.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import InterfaceError, OperationalError, connection

from exercise import conduct
from exercise.clock import wall_us
from exercise.models import Exercise, Status
from exercise.players.acts import Act, of_evaluators, of_units
from exercise.players.cast import Cast
from exercise.players.directing import of_controllers, of_director
from exercise.players.habits import Habits
from exercise.players.scene import Memory, Scene
from scenarios.calendar import SECOND_US

log = logging.getLogger(__name__)

OVER = frozenset({Status.ENDED, Status.CLOSED})
LONGEST_SLEEP_S = 0.2
"""The exercise can change at any moment; a change is seen within this."""
BREATH_S = 0.004
"""Between two commands. SQLite does not queue writers: who never lets go starves the others."""
CAST_EVERY_US = SECOND_US // 2
"""How often they look who has signed in."""
MOST_REFUSALS_WAIT_US = 30 * SECOND_US


@dataclass(frozen=True, slots=True)
class Round:
    """What one look at the exercise came to."""

    exercise: Exercise
    done: int
    next_us: int | None

    @property
    def over(self) -> bool:
        return self.exercise.status in OVER


class Players:
    """The bots of one exercise.

    Args:
        since_wall_us: people who signed in after this wall moment play their seats themselves.
        breathe: called between two commands; the tests' does nothing.
    """

    def __init__(
        self,
        exercise_id: int,
        habits: Habits,
        *,
        since_wall_us: int | None = None,
        breathe: Callable[[], None] = lambda: time.sleep(BREATH_S),
    ) -> None:
        self._exercise_id = exercise_id
        self._habits = habits
        self._since_wall_us = wall_us() if since_wall_us is None else since_wall_us
        self._breathe = breathe
        self._memory = Memory()
        self._taken: set[str] = set()
        self._known_cast: Cast | None = None
        self._cast_wall_us = 0
        self._scene: Scene | None = None

    def run(
        self,
        *,
        watch: Callable[[Exercise], None] = lambda exercise: None,
        until: Callable[[], bool] = lambda: False,
    ) -> None:
        """Play until the exercise is over or ``until`` says so; ``watch`` sees every round."""
        while not until():
            try:
                found = self.step()
            except (OperationalError, InterfaceError):
                log.warning("database does not answer; trying again", exc_info=True)
                connection.close()
                self._scene = None
                time.sleep(LONGEST_SLEEP_S)
                continue
            watch(found.exercise)
            if found.over:
                return
            self._sleep(found)

    def step(self) -> Round:
        """Do what is due now.

        A second look at the same moment finds what this one made possible.
        """
        scene = self._look()
        exercise = scene.exercise
        if exercise.status in OVER or exercise.real_world_wall_us is not None:
            return Round(exercise, 0, None)
        acts = sorted(self._acts(scene), key=lambda act: (act.at_us, act.key))
        due = [act for act in acts if act.at_us <= scene.now_us and act.command]
        later = [act.at_us for act in acts if act.at_us > scene.now_us]
        done = sum(self._do(act) for act in due if self._may_try(act))
        return Round(exercise, done, min(later, default=None))

    def _acts(self, scene: Scene) -> list[Act]:
        habits = self._habits
        if scene.exercise.status == Status.PLANNED:
            return list(of_director(scene, habits))
        return [
            *of_units(scene, habits),
            *of_director(scene, habits),
            *of_controllers(scene, habits),
            *of_evaluators(scene, habits),
        ]

    def _look(self) -> Scene:
        """The scene as it is now; its rows are read again when the journal has grown."""
        exercise = Exercise.objects.get(pk=self._exercise_id)
        known, now = self._scene, wall_us()
        if known is None or known.exercise.journal_seq != exercise.journal_seq:
            known = Scene.read(exercise, self._cast(exercise, now), self._memory)
        else:
            known.cast = self._cast(exercise, now)
        known.now_us = exercise.clock.position_us(now)
        self._scene = known
        return known

    def _cast(self, exercise: Exercise, now: int) -> Cast:
        known = self._known_cast
        if known is not None and now - self._cast_wall_us < CAST_EVERY_US:
            return known
        cast = Cast.read(exercise, since_wall_us=self._since_wall_us)
        for seat in sorted(cast.taken - self._taken):
            log.info("%s is played by people from now on", seat)
        # For good: not even an account whose sign-in is forgotten comes back to the players.
        self._taken |= cast.taken
        cast.taken = set(self._taken)
        self._known_cast, self._cast_wall_us = cast, now
        return cast

    def _may_try(self, act: Act) -> bool:
        return wall_us() >= self._memory.not_before_wall_us.get(act.key, 0)

    def _do(self, act: Act) -> bool:
        """Give one command; a refusal is passed over, and tried again later and later."""
        try:
            conduct.COMMANDS[act.command](self._exercise_id, act.by, **act.arguments())
        except conduct.Refused as refused:
            log.info("%s refused (%s): %s", act.key, refused.code, refused)
            memory = self._memory
            memory.refusals[act.key] = times = memory.refusals.get(act.key, 0) + 1
            wait_us = min(SECOND_US // 2 * 2 ** min(times, 10), MOST_REFUSALS_WAIT_US)
            memory.not_before_wall_us[act.key] = wall_us() + wait_us
            return False
        finally:
            self._breathe()
        return True

    def _sleep(self, found: Round) -> None:
        wait_s = LONGEST_SLEEP_S
        if found.done:
            wait_s = BREATH_S
        elif found.next_us is not None:
            due_wall_us = found.exercise.clock.due_wall_us(found.next_us)
            if due_wall_us is not None:
                wait_s = (due_wall_us - wall_us()) / SECOND_US
        time.sleep(min(max(wait_s, 0.001), LONGEST_SLEEP_S))
