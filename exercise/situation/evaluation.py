"""What an evaluator sees of the unit they stand with: what was expected, what was done, their
ratings; and what a unit sees of it once the director has published it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count, OuterRef, Q, Subquery
from django.utils.translation import pgettext_lazy

from exercise.models import (
    ActionRating,
    Exercise,
    Finding,
    FindingKind,
    ObjectiveRating,
    Observation,
    Rating,
    Report,
    Tasking,
)
from exercise.models.evaluation import Judgement
from exercise.situation import evidence, strip
from exercise.situation.facts import Facts
from scenarios.models import Objective
from units.models import Unit
from units.text import Text


@dataclass(frozen=True)
class Row:
    """A tasking an evaluator may rate."""

    tasking: Tasking
    glyph: str
    late: bool


@dataclass(frozen=True)
class Judged:
    """One thing to be judged, with this evaluator's word and, beside it, what others said."""

    key: str
    """Place of an expected action from 1, or code of an objective."""
    text: Text
    own: Judgement | None
    others: tuple[Judgement, ...]
    """Shown only to who has given their own word: nobody is to be led by another's."""
    reports: tuple[Report, ...] = ()
    """What the unit reported of it; see ``situation/evidence.py``."""

    @property
    def disagree(self) -> bool:
        """Whether evaluators differ, as far as the reader may know."""
        given = (self.own, *self.others) if self.own else self.others
        return len({one.rating for one in given}) > 1


def list_context(
    facts: Facts, unit_ids: Iterable[int], *, touched: Iterable[str] | None = ()
) -> dict[str, Any]:
    """The taskings of these units: what is late first, then by the deadline that counts."""
    wanted = set(unit_ids)
    rows = [Row(t, facts.glyph(t), facts.late(t)) for t in facts.taskings if t.unit_id in wanted]
    rows.sort(key=_order)
    return strip.context(facts.exercise) | {
        "rows": rows,
        "several": len(wanted) > 1,
        "touched": "*" if touched is None else " ".join(sorted(set(touched))),
    }


def _order(row: Row) -> tuple[Any, ...]:
    due_us = row.tasking.due_us
    return not row.late, due_us is None, due_us or 0, -row.tasking.delivered_us, row.tasking.pk


@dataclass(frozen=True)
class OwnWord:
    """What this evaluator has said of one tasking, and what there is to say."""

    rating: str
    note: str
    done: int
    """Expected actions judged."""
    expected_actions: Sequence[Any]
    objectives: Sequence[str]
    """Codes of the objectives that the inject tests."""


def own_words(rows: Iterable[Row], evaluator_id: int) -> dict[int, OwnWord]:
    """By tasking id: what the page puts on a list that is drawn for all evaluators alike."""
    own = Observation.objects.filter(tasking=OuterRef("pk"), evaluator_id=evaluator_id)
    found = (
        Tasking.objects.filter(pk__in=[row.tasking.pk for row in rows])
        .annotate(
            rating=Subquery(own.values("rating")),
            note=Subquery(own.values("note")),
            done=Count("action_ratings", filter=Q(action_ratings__evaluator_id=evaluator_id)),
        )
        .values_list(
            "pk", "rating", "note", "done", "inject__expected_actions", "inject__objectives"
        )
    )
    return {pk: OwnWord(rating or "", note or "", *rest) for pk, rating, note, *rest in found}


def detail_context(
    facts: Facts, tasking: Tasking, own: OwnWord, evaluator_id: int
) -> dict[str, Any]:
    """One tasking to be rated: expected actions, the facts, the reports, the ratings so far."""
    given: dict[str, list[Judgement]] = defaultdict(list)
    for one in ActionRating.objects.filter(tasking=tasking).select_related("evaluator"):
        given[str(one.action)].append(one)
    reports = list(Report.objects.filter(tasking=tasking).prefetch_related("attachments"))
    actions = [Text.of(action) for action in own.expected_actions]
    told = evidence.by_action([one.vi for one in actions], reports)
    return {
        "tasking": tasking,
        "inject": tasking.inject,
        "glyph": facts.glyph(tasking),
        "objectives": list(
            Objective.objects.filter(
                scenario_id=facts.exercise.scenario_id, code__in=own.objectives
            )
        ),
        "actions": [
            replace(judged(str(place), action, given[str(place)], evaluator_id), reports=spoken)
            for place, (action, spoken) in enumerate(zip(actions, told, strict=True), 1)
        ],
        "reports": reports,
        "own": own,
        "ratings": list(Rating),
        "kinds": FindingKind.choices,
        "steps": _steps(tasking),
    }


@dataclass(frozen=True)
class Step:
    """One step of a tasking: when it was done, how long it took, how long was allowed; play µs."""

    word: Any
    at_us: int | None
    after_us: int | None
    allowed_us: int | None

    @property
    def late(self) -> bool:
        """Whether it took longer than was allowed."""
        if self.after_us is None or self.allowed_us is None:
            return False
        return self.after_us > self.allowed_us


def _steps(tasking: Tasking) -> list[Step]:
    """Opened, acknowledged, completed: what is known before anybody judges."""
    since_us = tasking.delivered_us
    wanted = (
        (pgettext_lazy("step", "Mở"), tasking.opened_us, None),
        (pgettext_lazy("step", "Nhận"), tasking.acknowledged_us, tasking.ack_due_us),
        (pgettext_lazy("step", "Xong"), tasking.completed_us, tasking.complete_due_us),
    )
    return [
        Step(
            word,
            at_us,
            None if at_us is None else at_us - since_us,
            None if due_us is None else due_us - since_us,
        )
        for word, at_us, due_us in wanted
    ]


def judged(key: str, text: Text, given: Iterable[Judgement], evaluator_id: int | None) -> Judged:
    """Sort what was said of one thing into one's own word and the others'."""
    own = None
    others = []
    for one in given:
        if one.evaluator_id == evaluator_id:
            own = one
        else:
            others.append(one)
    return Judged(key, text, own, tuple(others) if own or evaluator_id is None else ())


def unit_context(exercise: Exercise, unit: Unit, evaluator_id: int | None) -> dict[str, Any]:
    """A unit's objectives and findings.

    Args:
        evaluator_id: whose words are "own"; ``None``: all are others', as control and the unit
            read them.
    """
    given: dict[str, list[Judgement]] = defaultdict(list)
    ratings = ObjectiveRating.objects.filter(exercise=exercise, unit=unit)
    for one in ratings.select_related("evaluator"):
        given[one.objective].append(one)
    return {
        "objectives": [
            judged(one.code, one.title, given[one.code], evaluator_id)
            for one in Objective.objects.filter(scenario_id=exercise.scenario_id)
        ],
        "findings": list(
            Finding.objects.filter(exercise=exercise, unit=unit).prefetch_related("files")
        ),
        "ratings": list(Rating),
        "kinds": FindingKind.choices,
    }


def written_context(exercise: Exercise, unit: Unit) -> dict[str, Any]:
    """Every word on a unit's work, by tasking: what control reads, and what the unit does once it
    is published.
    """
    taskings: Mapping[int, Tasking] = {
        one.pk: one
        for one in Tasking.objects.filter(exercise=exercise, unit=unit)
        .select_related("inject")
        .order_by("delivered_us", "pk")
    }
    whole: dict[int, list[Judgement]] = defaultdict(list)
    for one in Observation.objects.filter(tasking__in=taskings).select_related("evaluator"):
        whole[one.tasking_id].append(one)
    given: dict[tuple[int, int], list[Judgement]] = defaultdict(list)
    for each in ActionRating.objects.filter(tasking__in=taskings).select_related("evaluator"):
        given[each.tasking_id, each.action].append(each)
    acted = {of for of, _place in given}
    rows = [
        {
            "inject": tasking.inject,
            "whole": judged("", tasking.inject.title, whole[pk], None),
            "actions": [
                judged(str(place), Text.of(action), given[pk, place], None)
                for place, action in enumerate(tasking.inject.expected_actions, 1)
                if (pk, place) in given
            ],
        }
        for pk, tasking in taskings.items()
        if whole[pk] or pk in acted
    ]
    context = unit_context(exercise, unit, None)
    return context | {
        "judged": rows,
        "anything": bool(
            rows or context["findings"] or any(one.others for one in context["objectives"])
        ),
    }
