"""What happened in an exercise, computed from its journal alone."""

from exercise.review.facts.spread import Spread

__all__ = ["Spread"]
