"""One edit under way: a transaction on one version, which writes down what it changed.

    with edit(scenario_id, user, EditKind.OBJECTIVE_ADDED, code="MT5") as desk:
        desk.add(Objective, code="MT5", title=Text("…"))

References are given as rows (``problem=…``) or as their keys (``problem_id=…``), many-to-many
fields as lists of either.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import IntegrityError, models, transaction
from django.db.models import F, Max
from django.db.models.deletion import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _

from scenarios.editing import invariants, rows
from scenarios.editing.conflict import changed
from scenarios.editing.refused import Refused
from scenarios.models import Edit, EditKind, Scenario
from units.models import User

Row = TypeVar("Row", bound=models.Model)


class Desk:
    """What an edit changes rows with. ``scenario`` is locked, a draft, and fresh."""

    def __init__(self, scenario: Scenario, user: User) -> None:
        self.scenario = scenario
        self.user = user
        self.changes: list[dict[str, Any]] = []
        self.params: dict[str, Any] = {}

    def say(self, **params: Any) -> None:
        """Fill in blanks of the edit's words that were not known when it began."""
        self.params |= params

    def row(self, model: type[Row], expected_revision: int | None = None, **which: Any) -> Row:
        """A row of this version, fresh.

        Raises:
            Refused: there is none (any more).
        """
        if "scenario" in {field.name for field in model._meta.fields}:
            which["scenario"] = self.scenario
        found = model._default_manager.filter(**which).first()
        if found is None:
            raise Refused("gone", _("Không có (hoặc không còn) mục này."), _("Tải lại trang."))
        return found

    # ── changing ────────────────────────────────────────────────────────────────────────────
    def add(self, model: type[Row], **values: Any) -> Row:
        """Add a row of this version."""
        return self.add_many(model, [values])[0]

    def add_many(self, model: type[Row], values: Iterable[Mapping[str, Any]]) -> list[Row]:
        """Add many rows of one kind with few queries."""
        own = "scenario_id" in rows.columns_of(model)
        home = {"scenario_id": self.scenario.pk} if own else {}
        given = [home | rows.named(model, one) for one in values]
        made: list[Row] = rows.insert(model, [(None, one) for one in given])
        known = rows.read(model, [row.pk for row in made])
        self._note(model, [(row.pk, None, known[row.pk]) for row in made])
        return made

    def change(self, row: Row, *, expected_revision: int | None = None, **values: Any) -> Row:
        """Change fields of a row; what is as it was already counts as no change.

        Raises:
            Changed: the row's revision is no longer the one expected.
        """
        self.change_many([(row, values)], expected_revision=expected_revision)
        return row

    def change_many(
        self,
        changes: Sequence[tuple[Row, Mapping[str, Any]]],
        *,
        expected_revision: int | None = None,
    ) -> list[Row]:
        """Change many rows of one kind with few queries; injects may exchange their numbers.
        Answers those that are no longer as they were.

        Raises:
            Changed: the first row's revision is no longer the one expected.
        """
        if not changes:
            return []
        if expected_revision is not None:
            self.expect(changes[0][0], expected_revision, changes[:1])
        model = type(changes[0][0])
        counter = rows.revision_of(model)
        known = rows.read(model, [row.pk for row, _values in changes])
        noted, moved = [], []
        for row, values in changes:
            now, wanted = known[row.pk], rows.named(model, values)
            after = {name: rows.plain(value) for name, value in wanted.items()}
            after = {name: value for name, value in after.items() if value != now[name]}
            if not after:
                continue
            if counter:
                after[counter] = now[counter] + 1
            noted.append((row.pk, {name: now[name] for name in after}, after))
            moved.append(row)
            for name in after.keys() & set(rows.columns_of(model)):
                setattr(row, name, wanted.get(name, after[name]))
        rows.update(model, [(pk, after) for pk, _before, after in noted])
        self._note(model, noted)
        return moved

    def expect(
        self,
        seen: models.Model,
        revision: int,
        wanted: Sequence[tuple[models.Model, Mapping[str, Any]]],
    ) -> None:
        """Let nobody overwrite what they have not seen.

        Raises:
            Changed: ``seen`` is no longer at this revision, and the rows are not as wanted anyway.
        """
        counter = rows.revision_of(type(seen))
        if rows.read(type(seen), [seen.pk])[seen.pk][counter] == revision:
            return
        yours = [
            (row, {name: rows.plain(one) for name, one in rows.named(type(row), values).items()})
            for row, values in wanted
        ]
        for row, values in yours:
            if not values.items() <= rows.read(type(row), [row.pk])[row.pk].items():
                raise changed(self.scenario, seen, revision, yours)

    def mark(self, row: models.Model) -> None:
        """Count a change of what belongs to a row without being in it."""
        model = type(row)
        counter = rows.revision_of(model)
        count = rows.read(model, [row.pk])[row.pk][counter]
        setattr(row, counter, count + 1)
        rows.update(model, [(row.pk, {counter: count + 1})])
        self._note(model, [(row.pk, {counter: count}, {counter: count + 1})])

    def remove(self, row: models.Model) -> None:
        """Remove a row."""
        self.remove_many([row])

    def remove_many(self, gone: Sequence[models.Model]) -> None:
        """Remove many rows of one kind with few queries.

        Raises:
            Refused: another row needs one of them.
        """
        if not gone:
            return
        model, pks = type(gone[0]), [row.pk for row in gone]
        known = rows.read(model, pks)
        rows.delete(model, pks)
        self._note(model, [(pk, known[pk], None) for pk in pks])

    def _note(self, model: type[Row], changed: Iterable[tuple[int, Any, Any]]) -> None:
        name = rows.name_of(model)
        self.changes += [
            {"model": name, "pk": pk, "before": before, "after": after}
            for pk, before, after in changed
        ]


@contextmanager
def opened(scenario_id: int) -> Iterator[Scenario]:
    """A draft, locked in a transaction; what the database then refuses is told as a refusal.

    Raises:
        Refused: it is unknown or approved, or what was written does not fit together.
    """
    try:
        with transaction.atomic():
            scenario = Scenario.objects.select_for_update().filter(pk=scenario_id).first()
            if scenario is None:
                raise Refused("unknown", _("Không có kịch bản này."))
            if not scenario.is_draft:
                raise Refused(
                    "approved",
                    _("Phiên bản này đã duyệt, không sửa được nữa."),
                    _("Lập phiên bản mới rồi sửa ở đó."),
                )
            yield scenario
    except ProtectedError as error:
        needed_by = sorted({str(one) for one in error.protected_objects})
        raise Refused(
            "in_use", _("Mục này còn được dùng ở nơi khác."), details=needed_by[:20]
        ) from error
    except IntegrityError as error:
        raise Refused(
            "conflict",
            _("Giá trị trùng với một mục khác, hoặc mục được nhắc tới không còn."),
            _("Tải lại trang rồi thử lại."),
        ) from error


def touch(scenario: Scenario) -> None:
    """Note that something in a version changed: what was submitted for approval no longer is."""
    Scenario.objects.filter(pk=scenario.pk).update(
        revision=F("revision") + 1,
        submitted_by=None,
        submitted_at=None,
        updated_at=timezone.now(),
    )


@contextmanager
def edit(scenario_id: int, user: User, kind: EditKind, **params: Any) -> Iterator[Desk]:
    """The frame around an edit.

    1. Lock the version; refuse if it is unknown or approved.
    2. Let the body change rows.
    3. If anything changed, see that it fits together, write one ``Edit`` and raise the version's
       revision; what was submitted for approval no longer is.

    Raises:
        Refused: nothing was written.
    """
    with opened(scenario_id) as scenario:
        desk = Desk(scenario, user)
        yield desk
        if not desk.changes:
            return
        invariants.check(scenario, desk.changes)
        last = scenario.edits.aggregate(last=Max("number"))["last"] or 0
        Edit.objects.create(
            scenario=scenario,
            number=last + 1,
            user=user,
            at=timezone.now(),
            kind=kind,
            params={name: str(value) for name, value in (params | desk.params).items()},
            changes=desk.changes,
        )
        touch(scenario)
