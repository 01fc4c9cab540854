"""Objective × unit: what evaluators rated."""

from __future__ import annotations

from collections import defaultdict

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from exercise.models import Rating
from exercise.review.facts.values import JudgementFact
from exercise.review.report.material import Material, rating_label, worst
from exercise.review.report.values import Cell, Judgement, ObjectiveRow, ObjectiveSection
from exercise.review.report.words import names, number, sentence

MET = ("P", "S")


def objectives_of(material: Material) -> ObjectiveSection:
    """The section: a row for each objective of the scenario, a cell for each unit."""
    direct, under = _judgements(material)
    rows = tuple(
        _row(material, one.code, str(one.title), direct, under) for one in material.plan.objectives
    )
    return ObjectiveSection(
        title=_("Kết quả theo mục tiêu"),
        finding=_finding(rows),
        units=tuple(material.units.values()),
        rows=rows,
        legend=tuple((rating.value, str(rating.label)) for rating in Rating),
    )


_ByCell = dict[tuple[str, str], list[JudgementFact]]


def _judgements(material: Material) -> tuple[_ByCell, _ByCell]:
    """By (objective, unit): what was said of the objective itself, and of what was done under it.

    What evaluators said of an objective for no unit in particular stands under the unit ``""``.
    """
    direct: _ByCell = defaultdict(list)
    under: _ByCell = defaultdict(list)
    for one in material.facts.judgements:
        if one.of == "objective":
            direct[one.objective, one.unit].append(one)
        else:
            for code in material.objectives_of(one.number):
                under[code, one.unit].append(one)
    return direct, under


def _row(
    material: Material, code: str, title: str, direct: _ByCell, under: _ByCell
) -> ObjectiveRow:
    cells = tuple(
        _cell(material, unit, direct.get((code, unit), []), under.get((code, unit), []))
        for unit in material.units
    )
    of_all = [one.rating for one in direct.get((code, ""), [])]
    rating = worst([*of_all, *(cell.rating for cell in cells if cell.rating)])
    return ObjectiveRow(
        code=code, title=title, rating=rating, rating_label=rating_label(rating), cells=cells
    )


def _cell(
    material: Material, unit: str, direct: list[JudgementFact], under: list[JudgementFact]
) -> Cell:
    rating = worst([one.rating for one in direct or under])
    judged = [*direct, *under]
    return Cell(
        unit=material.units[unit],
        rating=rating,
        rating_label=rating_label(rating),
        disagreement=_disagree(judged),
        judgements=tuple(
            Judgement(
                of=one.of,
                evaluator=one.evaluator,
                rating=one.rating,
                note=one.note,
                number=one.number,
                action=one.action,
                seq=one.seq,
            )
            for one in judged
        ),
        seq=next((one.seq for one in direct or under if one.rating == rating), None),
    )


def _disagree(judged: list[JudgementFact]) -> bool:
    """Whether the same thing was rated differently by different evaluators."""
    given: dict[tuple[str, str, str, str], set[str]] = defaultdict(set)
    for one in judged:
        given[one.of, one.number, one.action, one.objective].add(one.rating)
    return any(len(ratings) > 1 for ratings in given.values())


def _finding(rows: tuple[ObjectiveRow, ...]) -> str:
    rated = [row for row in rows if row.rating]
    if not rated:
        return _("Chưa có mục tiêu nào được đánh giá.")
    met = [row for row in rated if row.rating in MET]
    clauses = [
        ngettext(
            "%(met)s/%(count)s mục tiêu được đánh giá đạt mức P hoặc S",
            "%(met)s/%(count)s mục tiêu được đánh giá đạt mức P hoặc S",
            len(rated),
        )
        % {"met": number(len(met)), "count": number(len(rated))}
    ]
    behind = [row for row in rated if row.rating not in MET]
    if behind:
        titles = names([f"{row.code} {row.title}" for row in behind])
        clauses.append(_("còn vướng mắc ở %(titles)s") % {"titles": titles})
    differing = sum(cell.disagreement for row in rows for cell in row.cells)
    if differing:
        said = ngettext(
            "%(count)s ô có đánh giá khác nhau", "%(count)s ô có đánh giá khác nhau", differing
        )
        clauses.append(said % {"count": number(differing)})
    return sentence(clauses)
