"""What happened in an exercise, computed from its journal alone.

The plan (``plan``) stands beside the journal as constants: planned times, limits, units. Each
fact's definition is in the docstring of the value that holds it (``values``, ``measures``).
"""

from exercise.review.facts.measures import done_in_time, mandatory_share, peak_load
from exercise.review.facts.plan import Plan, PlannedInject, PlannedUnit, read_plan
from exercise.review.facts.reading import facts_from, read_facts
from exercise.review.facts.spread import Spread
from exercise.review.facts.values import Facts

__all__ = [
    "Facts",
    "Plan",
    "PlannedInject",
    "PlannedUnit",
    "Spread",
    "done_in_time",
    "facts_from",
    "mandatory_share",
    "peak_load",
    "read_facts",
    "read_plan",
]
