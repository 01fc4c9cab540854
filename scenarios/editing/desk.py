"""One edit under way: a transaction on one version, which writes down what it changed.

with edit(scenario_id, user, EditKind.OBJECTIVE_ADDED, code="MT5") as desk:
    desk.add(Objective, code="MT5", title=…)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from scenarios.models import Editable, EditKind, Scenario
from units.models import Unit, User

Row = TypeVar("Row", bound=Editable | Unit | Scenario)


class Desk:
    """What an edit changes rows with. ``scenario`` is locked, a draft, and fresh."""

    scenario: Scenario
    user: User

    def add(self, model: type[Row], **values: Any) -> Row:
        """Add a row of this version; many-to-many fields take lists of rows."""
        raise NotImplementedError

    def add_many(self, model: type[Row], rows: Iterable[Mapping[str, Any]]) -> list[Row]:
        """Add many rows of one kind with few queries."""
        raise NotImplementedError

    def change(self, row: Row, *, expected_revision: int | None = None, **values: Any) -> Row:
        """Change fields of a row; what is as it was already counts as no change.

        Raises:
            Changed: the row's revision is no longer the one expected.
        """
        raise NotImplementedError

    def change_many(self, changes: Sequence[tuple[Any, Mapping[str, Any]]]) -> None:
        """Change many rows of one kind with few queries; injects may exchange their numbers."""
        raise NotImplementedError

    def remove(self, row: Editable) -> None:
        """Remove a row."""
        raise NotImplementedError

    def say(self, **params: Any) -> None:
        """Fill in blanks of the edit's words that were not known when it began."""
        raise NotImplementedError


@contextmanager
def edit(scenario_id: int, user: User, kind: EditKind, **params: Any) -> Iterator[Desk]:
    """The frame around an edit.

    1. Lock the version; refuse if it is unknown or approved.
    2. Let the body change rows.
    3. If anything changed, write one ``Edit`` and raise the version's revision; what was submitted
       for approval no longer is.

    Raises:
        Refused: nothing was written.
    """
    raise NotImplementedError
    yield Desk()
