"""One report from one exercise: read once, section by section."""

from __future__ import annotations

from django.utils import translation

from exercise.models import Exercise, ReportVersion, verify
from exercise.review.facts import read_facts
from exercise.review.report.acknowledgements import acknowledgements_of
from exercise.review.report.figures import figures_of
from exercise.review.report.head import head_of
from exercise.review.report.improvement import improvement_of
from exercise.review.report.injects import injects_of
from exercise.review.report.interruptions import interruptions_of
from exercise.review.report.material import Material
from exercise.review.report.narrative import narrative_of
from exercise.review.report.objectives import objectives_of
from exercise.review.report.observations import observations_of
from exercise.review.report.phases import plan_of
from exercise.review.report.unit_rows import units_of
from exercise.review.report.values import Report


def build_report(
    exercise: Exercise, language: str = "vi", version: ReportVersion | None = None
) -> Report:
    """The after-action report of an exercise as it stands, also of one under way.

    The journal's chain is checked first; what it finds is in ``Report.head``. Of a journal that is
    whole, only the entries checked are read: those that a drill under way adds meanwhile are not.

    Args:
        language: ``vi`` or ``en``, of every word in the report.
        version: what people wrote about it; by default nothing. One that is signed reports on the
            entries there were when it was signed.
    """
    verdict = verify(exercise)
    up_to = verdict.entries if verdict.verified else None
    if version is not None and version.journal_seq is not None:
        up_to = min(version.journal_seq, up_to or version.journal_seq)
    plan, facts = read_facts(exercise, up_to)
    with translation.override(language):
        material = Material(exercise, plan, facts, verdict, language)
        objectives = objectives_of(material)
        return Report(
            language=language,
            calendar=plan.calendar,
            head=head_of(material),
            key=figures_of(material, objectives),
            plan=plan_of(material),
            acknowledgements=acknowledgements_of(material),
            objectives=objectives,
            injects=injects_of(material),
            units=units_of(material),
            interruptions=interruptions_of(material),
            observations=observations_of(material, objectives),
            improvement=improvement_of(material),
            narrative=narrative_of(material, version),
        )
