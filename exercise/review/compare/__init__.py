"""One drill beside earlier ones, of the same scenario or of the same unit: how fast units
acknowledged and completed, how objectives were rated.

``drills`` says which are put side by side, ``figures`` what each of them tells, ``comparison``
makes of that what a page draws.
"""

from exercise.review.compare.comparison import Comparison, compare
from exercise.review.compare.drills import alike, latest_run

__all__ = ["Comparison", "alike", "compare", "latest_run"]
