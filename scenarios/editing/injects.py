"""Writing injects: adding, changing, removing, copying. Their order and times are in ``order``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.utils.translation import gettext as _

from scenarios.editing.desk import edit
from scenarios.editing.entries import add_entries, change_entries, entries
from scenarios.editing.numbers import Numbers
from scenarios.editing.references import refuse_if_used
from scenarios.editing.refused import Refused
from scenarios.editing.seen import require_seen
from scenarios.editing.values import InjectValues
from scenarios.models import EditKind, MselEntry, sort_key
from units.models import User

SHOWN = 10
"""So many numbers stand in the words of an edit."""


def add_inject(scenario_id: int, user: User, values: InjectValues) -> MselEntry:
    """Add an inject. Without ``number`` it gets the next free one of its phase.

    Raises:
        Refused: approved, or a value that cannot be (``field`` names it).
    """
    with edit(scenario_id, user, EditKind.INJECT_ADDED) as desk:
        (entry,) = add_entries(desk, [values])
        desk.say(number=entry.number)
    return entry


def change_inject(
    scenario_id: int,
    user: User,
    pk: int,
    values: InjectValues,
    *,
    expected_revision: int | None = None,
) -> MselEntry:
    """Change what is named in ``values``; gates follow a changed number.

    Raises:
        Changed: its revision is no longer ``expected_revision``.
        Refused: approved, or a value that cannot be.
    """
    with edit(scenario_id, user, EditKind.INJECT_CHANGED) as desk:
        entry = desk.row(MselEntry, pk=pk)
        change_entries(desk, [(entry, values)], expected_revision=expected_revision)
        desk.say(number=entry.number)
    return entry


def change_injects(
    scenario_id: int, user: User, pks: Sequence[int], values: InjectValues
) -> list[MselEntry]:
    """Give several injects the same values (not ``number``); answers those that changed."""
    with edit(scenario_id, user, EditKind.INJECTS_CHANGED) as desk:
        if "number" in values:
            message = _("Mỗi tình huống có số riêng.")
            raise Refused("duplicate", message, _("Đổi số từng tình huống."), field="number")
        changed = change_entries(desk, [(one, values) for one in entries(desk, pks, linked=True)])
        desk.say(count=len(changed))
    return changed


def remove_injects(
    scenario_id: int, user: User, pks: Sequence[int], *, seen: Mapping[int, int] | None = None
) -> list[str]:
    """Remove injects; answers their numbers.

    Args:
        seen: the revisions at which the planner saw them, by key.

    Raises:
        Outdated: one of them is no longer as it was ``seen``.
        Refused: ``in_use`` when others, or a gate, wait for one of them; ``details`` says which.
    """
    with edit(scenario_id, user, EditKind.INJECTS_REMOVED) as desk:
        if seen is not None:
            require_seen(desk.scenario, seen)
        gone = entries(desk, pks)
        numbers = [entry.number for entry in gone]
        refuse_if_used(desk.scenario, MselEntry, [entry.pk for entry in gone])
        desk.remove_many(gone)
        desk.say(numbers=listed(numbers))
    return numbers


def duplicate_injects(scenario_id: int, user: User, pks: Sequence[int]) -> list[MselEntry]:
    """Copy injects, each with the next free number of its phase, at the same time."""
    with edit(scenario_id, user, EditKind.INJECTS_COPIED) as desk:
        numbers = Numbers(desk.scenario)
        copies = []
        for entry in entries(desk, pks, linked=True):
            number = numbers.next(entry.phase)
            copies.append(
                {
                    **{
                        field.attname: getattr(entry, field.attname)
                        for field in MselEntry._meta.concrete_fields
                        if field.name not in ("id", "revision")
                    },
                    "number": number,
                    "sort_key": sort_key(number),
                    "addressees": sorted(unit.pk for unit in entry.addressees.all()),
                    "objectives": sorted(one.pk for one in entry.objectives.all()),
                }
            )
        made = desk.add_many(MselEntry, copies)
        desk.say(numbers=listed(entry.number for entry in made))
    return made


def listed(numbers: Iterable[str]) -> str:
    """Numbers in the words of an edit, shortened."""
    all_of_them = list(numbers)
    shown = ", ".join(all_of_them[:SHOWN])
    return f"{shown}, …" if len(all_of_them) > SHOWN else shown
