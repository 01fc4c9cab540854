"""An exercise as it was at any moment: its rows rebuilt from the journal, for the same screens.

``story`` reads entries one after the other, ``effects`` knows what each kind did, ``snapshots``
keeps what was read every so often, ``moment`` makes of it the facts that screens are drawn from,
``steps`` finds the entries that somebody may step through.
"""

from exercise.review.past.moment import Moment, moment_at
from exercise.review.past.snapshots import keep_up
from exercise.review.past.steps import CONTROL_STEPS, OBSERVER_STEPS, Steps

__all__ = ["CONTROL_STEPS", "OBSERVER_STEPS", "Moment", "Steps", "keep_up", "moment_at"]
