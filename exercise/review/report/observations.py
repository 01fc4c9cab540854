"""What evaluators wrote down."""

from __future__ import annotations

from collections import Counter

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from exercise.review.facts.values import JudgementFact, ObservationFact
from exercise.review.report.material import WORST_FIRST, Material, rating_label, worst
from exercise.review.report.values import ObjectiveSection, ObservationRow, ObservationSection
from exercise.review.report.words import number, sentence

LABELS = {
    "improvement": gettext_lazy("hạn chế"),
    "note": gettext_lazy("ghi chú đánh giá"),
    "strength": gettext_lazy("ưu điểm"),
    "observation": gettext_lazy("nhận xét"),
}
_ORDER = list(LABELS)


def observations_of(material: Material, objectives: ObjectiveSection) -> ObservationSection:
    """The section: observations, and ratings that carry a note."""
    cells = {
        (row.code, cell.unit.code): cell.rating for row in objectives.rows for cell in row.cells
    }
    rows = [
        *(_observed(material, one, cells) for one in material.facts.observations),
        *(_noted(material, one) for one in material.facts.judgements if one.note.strip()),
    ]
    return ObservationSection(
        title=pgettext("section of the report", "Nhận xét"),
        finding=_finding(rows),
        rows=tuple(sorted(rows, key=_place)),
    )


def _place(row: ObservationRow) -> tuple[int, int, int]:
    badness = WORST_FIRST.index(row.rating) if row.rating else len(WORST_FIRST)
    return _ORDER.index(row.what), badness, row.seq


def _observed(
    material: Material, one: ObservationFact, cells: dict[tuple[str, str], str]
) -> ObservationRow:
    given = [judged.rating for judged in material.ratings.get((one.number, one.unit), ())]
    rating = cells.get((one.objective, one.unit), "") or worst(given)
    return _row(
        material,
        what=one.what,
        text=one.text,
        place=one.place,
        rating=rating,
        objective=one.objective,
        of=one,
    )


def _noted(material: Material, one: JudgementFact) -> ObservationRow:
    return _row(
        material,
        what="note",
        text=one.note,
        place="",
        rating=one.rating,
        objective=one.objective,
        of=one,
    )


def _row(
    material: Material,
    *,
    what: str,
    text: str,
    place: str,
    rating: str,
    objective: str,
    of: ObservationFact | JudgementFact,
) -> ObservationRow:
    return ObservationRow(
        what=what,
        what_label=str(LABELS[what]),
        text=text,
        place=place,
        unit=material.unit(of.unit) if of.unit else None,
        number=of.number,
        inject_title=material.title(of.number),
        objectives=(objective,) if objective else material.objectives_of(of.number),
        rating=rating,
        rating_label=rating_label(rating),
        evaluator=of.evaluator,
        at_us=of.at_us,
        arrived_us=of.arrived_us if isinstance(of, ObservationFact) else None,
        seq=of.seq,
    )


def _finding(rows: list[ObservationRow]) -> str:
    if not rows:
        return _("Chưa có nhận xét nào.")
    counts = Counter(row.what for row in rows)
    strengths, behind = counts["strength"], counts["improvement"]
    others = counts["observation"] + counts["note"]
    clauses = []
    if strengths:
        clauses.append(
            ngettext("%(count)s ưu điểm", "%(count)s ưu điểm", strengths)
            % {"count": number(strengths)}
        )
    if behind:
        clauses.append(
            ngettext("%(count)s hạn chế", "%(count)s hạn chế", behind) % {"count": number(behind)}
        )
    if others:
        clauses.append(
            ngettext("%(count)s nhận xét khác", "%(count)s nhận xét khác", others)
            % {"count": number(others)}
        )
    return sentence([", ".join(clauses)])
