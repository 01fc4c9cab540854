"""The after-action report: facts turned into one value that every format is drawn from.

``build_report`` makes it, ``kept_report`` only where something has changed, ``values`` says what it
holds, ``words`` how lengths and numbers are written.
"""

from exercise.review.report.building import build_report
from exercise.review.report.keeping import kept_report
from exercise.review.report.values import Report

__all__ = ["Report", "build_report", "kept_report"]
