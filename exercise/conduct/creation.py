"""Making an exercise from a scenario. The exercise keeps a copy of its own: later edits do not
reach it.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from exercise.conduct.refused import Refused
from exercise.models import (
    Exercise,
    ExercisePhase,
    GateCondition,
    Inject,
    InjectState,
    Participant,
    Posture,
    StandDown,
)
from scenarios.choices import ReleaseMode
from scenarios.models import MselEntry, Scenario
from scenarios.versions import altered
from units.models import User

LONGEST_BASE = 55
"""Of a scenario's code, so that the number of a run fits behind it."""


def refuse_altered(scenario: Scenario) -> None:
    """Let no drill be of a version that somebody changed behind the desk's back after its approval.

    Raises:
        Refused: ``scenario_altered``.
    """
    if altered(scenario):
        raise Refused(
            "scenario_altered",
            _("Nội dung phiên bản %d của kịch bản đã khác với bản được duyệt.") % scenario.version,
            _("Lập phiên bản mới, kiểm tra, trình và duyệt lại."),
        )


@transaction.atomic
def create_exercise(
    scenario: Scenario,
    *,
    code: str = "",
    rehearsal: bool = False,
    directors: Sequence[User] = (),
    with_people: bool = True,
) -> Exercise:
    """Make a planned exercise of one version of a scenario; run again, it makes a new run and keeps
    the old one.

    1. The exercise with its calendar, phases and gate conditions.
    2. One posture per participating unit, in the scenario's order.
    3. Its injects; those with a time are scheduled, the others stand by.
    4. Its people: accounts that do not exist yet are made without a password (they sign in by
       link or code); ``directors`` are added as directors.

    Raises:
        Refused: ``not_approved``, of a draft, which is good for rehearsals alone;
            ``scenario_altered``, where an approved version no longer says what was approved.
    """
    if scenario.is_draft and not rehearsal:
        raise Refused(
            "not_approved",
            _("Phiên bản %d của kịch bản chưa được duyệt.") % scenario.version,
            _("Trình và duyệt trước, hoặc lập cuộc diễn tập thử."),
        )
    refuse_altered(scenario)
    calendar = scenario.calendar()
    exercise = Exercise.objects.create(
        code=code or _free_code(scenario.code),
        scenario=scenario,
        title=scenario.title,
        timezone=scenario.timezone,
        zero=scenario.starts_at,
        rehearsal=rehearsal,
    )
    for stand_down in scenario.stand_downs.all():
        StandDown.objects.create(
            exercise=exercise,
            title=stand_down.title,
            from_us=stand_down.from_us,
            to_us=stand_down.to_us,
        )
    phases = {
        plan.phase: ExercisePhase.objects.create(
            exercise=exercise,
            phase=plan.phase,
            title=plan.title,
            planned_start_us=calendar.place_us(plan.starts_us),
            planned_end_us=calendar.place_us(plan.ends_us),
        )
        for plan in scenario.phases.all()
    }
    for order, participation in enumerate(scenario.participations.filter(participates=True)):
        Posture.objects.create(exercise=exercise, unit=participation.unit, order=order)
    injects = _injects(exercise, scenario)
    for plan in scenario.phases.all():
        for order, condition in enumerate(plan.conditions.all()):
            row = GateCondition.objects.create(
                phase=phases[plan.phase], code=condition.code, title=condition.title, order=order
            )
            row.after.set([injects[number] for number in condition.after])
    if with_people:
        _people(exercise, scenario)
    for user in directors:
        Participant.objects.update_or_create(
            exercise=exercise, user=user, defaults={"role": "director", "unit": None}
        )
    return exercise


def _free_code(base: str) -> str:
    base = base[:LONGEST_BASE]
    taken = set(Exercise.objects.filter(code__startswith=base).values_list("code", flat=True))
    run = 1
    while (code := base if run == 1 else f"{base}-{run}") in taken:
        run += 1
    return code


def _injects(exercise: Exercise, scenario: Scenario) -> dict[str, Inject]:
    calendar = scenario.calendar()
    entries = list(
        scenario.msel.select_related("problem", "trigger_entry").prefetch_related(
            "addressees", "objectives"
        )
    )
    made = {entry.number: _inject(exercise, entry, calendar) for entry in entries}
    Inject.objects.bulk_create(made.values())
    links = []
    for entry in entries:
        inject = made[entry.number]
        links += [
            Inject.addressees.through(inject_id=inject.pk, unit_id=unit.pk)
            for unit in entry.addressees.all()
        ]
        if entry.trigger_entry:
            inject.trigger_inject = made[entry.trigger_entry.number]
            inject.save(update_fields=["trigger_inject"])
    Inject.addressees.through.objects.bulk_create(links)
    return made


def _inject(exercise: Exercise, entry: MselEntry, calendar: object) -> Inject:
    timed = entry.planned_us is not None
    on_timer = timed and entry.release == ReleaseMode.AUTO
    return Inject(
        exercise=exercise,
        number=entry.number,
        sort_key=entry.sort_key,
        phase=entry.phase,
        problem=entry.problem.title if entry.problem else "",
        sender=entry.sender,
        method=entry.method,
        title=entry.title,
        content=entry.content,
        expected_actions=entry.expected_actions,
        objectives=[objective.code for objective in entry.objectives.all()],
        acknowledge_within_s=entry.acknowledge_within_s,
        complete_within_s=entry.complete_within_s,
        mandatory=entry.mandatory,
        reply=entry.reply,
        mode=entry.release,
        trigger_event=entry.trigger_is,
        trigger_delay_s=entry.trigger_delay_s,
        state=InjectState.SCHEDULED if on_timer else InjectState.STANDBY,
        planned_us=calendar.place_us(entry.planned_us) if timed else None,  # type: ignore[attr-defined]
    )


def _people(exercise: Exercise, scenario: Scenario) -> None:
    for person in scenario.people.select_related("unit"):
        user, made = User.objects.get_or_create(
            username=person.username, defaults={"name": person.name}
        )
        if made:
            user.set_unusable_password()
            user.save(update_fields=["password"])
        Participant.objects.get_or_create(
            exercise=exercise, user=user, defaults={"role": person.role, "unit": person.unit}
        )
