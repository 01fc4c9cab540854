"""The after-action report as one value: what the page, the DOCX, the PDF, the workbook and the JSON
file are all drawn from, so that they say the same. Frozen, plain, without a database behind it.

Words are in the report's language. Times are integers: ``*_us`` is exercise time in microseconds
(play, stand-downs cut out), ``*_wall_us`` wall time. ``Report.stamp`` and
``exercise.review.report.words`` turn them into what people read. ``seq`` is the number of a journal
entry: the moment of the replay at which the reader can see for themselves; ``None`` where nothing
happened.

Every section has a ``finding``: one generated sentence that says what its chart shows.
"""

from __future__ import annotations

from dataclasses import dataclass

from exercise.review.report.values.head import (
    Head,
    KeyFigures,
    Slowest,
)
from exercise.review.report.values.judged import (
    Cell,
    CorrectiveAction,
    ImprovementSection,
    Judgement,
    ObjectiveRow,
    ObjectiveSection,
    ObservationRow,
    ObservationSection,
)
from exercise.review.report.values.names import (
    Tick,
    UnitName,
)
from exercise.review.report.values.narrative import (
    ChapterText,
    Narrative,
    Run,
)
from exercise.review.report.values.played import (
    AcknowledgementSection,
    InjectRow,
    InjectSection,
    Interruption,
    InterruptionSection,
    Mark,
    PhaseRow,
    PlanSection,
    Point,
    Step,
    Strip,
    UnitRow,
    UnitSection,
)
from scenarios.calendar import DrillCalendar

__all__ = [
    "AcknowledgementSection",
    "Cell",
    "ChapterText",
    "CorrectiveAction",
    "Head",
    "ImprovementSection",
    "InjectRow",
    "InjectSection",
    "Interruption",
    "InterruptionSection",
    "Judgement",
    "KeyFigures",
    "Mark",
    "Narrative",
    "ObjectiveRow",
    "ObjectiveSection",
    "ObservationRow",
    "ObservationSection",
    "PhaseRow",
    "PlanSection",
    "Point",
    "Report",
    "Run",
    "Slowest",
    "Step",
    "Strip",
    "Tick",
    "UnitName",
    "UnitRow",
    "UnitSection",
]


@dataclass(frozen=True, slots=True)
class Report:
    """One exercise's after-action report in one language."""

    language: str
    calendar: DrillCalendar
    head: Head
    key: KeyFigures
    plan: PlanSection
    acknowledgements: AcknowledgementSection
    objectives: ObjectiveSection
    injects: InjectSection
    units: UnitSection
    interruptions: InterruptionSection
    observations: ObservationSection
    improvement: ImprovementSection
    narrative: Narrative

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is said before anything else, on the first page, in every format."""
        return tuple(filter(None, (self.head.warning, self.narrative.warning)))

    @property
    def findings(self) -> tuple[str, ...]:
        """The sections' sentences in the order of the report; the warnings first."""
        sections = (
            self.key,
            self.plan,
            self.acknowledgements,
            self.objectives,
            self.injects,
            self.units,
            self.interruptions,
            self.observations,
            self.improvement,
        )
        said = (*self.warnings, *(section.finding for section in sections))
        return tuple(sentence for sentence in said if sentence)

    def stamp(self, play_us: int | None, *, before_break: bool = False) -> str:
        """Exercise day and time as people read it, ``N1 10:42`` / ``D1 10:42``; empty of ``None``.

        Args:
            before_break: for an end: where a stand-down begins there, the time before it.
        """
        if play_us is None:
            return ""
        return self.calendar.label(play_us, language=self.language, before_break=before_break)
