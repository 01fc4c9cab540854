"""What a part of a scenario is to the desk: rows that are shown in a table and written in forms."""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from exercise.screens.desk.lists import Lists
from exercise.screens.desk.parts.form import PartForm, Written
from scenarios import editing
from scenarios.models import Scenario
from units.models import User
from units.text import LANGUAGES, Text


class Cell(NamedTuple):
    """One cell of the table: its words, their language where it matters, and how they look."""

    words: str
    language: str = ""
    lacks: bool = False
    """The other language has words, this one has none."""
    look: str = ""


def both(text: Text) -> list[Cell]:
    """A text in both languages, side by side."""
    return [
        Cell(getattr(text, code), code, bool(text) and not getattr(text, code))
        for code in LANGUAGES
    ]


class Part:
    """A kind of rows. ``name`` is its word in addresses and in the names of what is on the page."""

    name: ClassVar[str]
    page: ClassVar[str]
    """URL name of the page on which it stands."""
    model: ClassVar[type[models.Model]]
    form: ClassVar[type[PartForm]]
    heading: ClassVar[str | Promise]
    new: ClassVar[str | Promise] = ""
    """What the button says that adds one."""
    columns: ClassVar[tuple[str | Promise, ...]] = ()
    empty: ClassVar[str | Promise] = _("Chưa có mục nào.")
    alone: ClassVar[bool] = False
    """There is one row: its form stands open instead of a table."""

    @property
    def ordered(self) -> bool:
        """Whether planners choose in which order the rows stand."""
        return self.model in editing.ORDERED

    removable: ClassVar[bool] = True

    def may_add(self, lists: Lists) -> bool:
        """Whether another one can be added now."""
        return bool(self.new)

    # ── showing ─────────────────────────────────────────────────────────────────────────────
    def rows(self, scenario: Scenario) -> list[Any]:
        """Every row in its order."""
        raise NotImplementedError

    def row(self, scenario: Scenario, pk: int) -> Any | None:
        """One of them, with what ``cells`` and ``written`` look at."""
        return next((one for one in self.rows(scenario) if one.pk == pk), None)

    def called(self, row: Any) -> str:
        """What a row is called in a sentence: ``đơn vị BGD``."""
        raise NotImplementedError

    def cells(self, row: Any, lists: Lists) -> list[Cell]:
        """A row as the table shows it, one cell a column."""
        raise NotImplementedError

    def written(self, row: Any, lists: Lists) -> Written:
        """A row as the form's fields show it."""
        raise NotImplementedError

    def blank(self, lists: Lists) -> Written:
        """What a new row begins with."""
        return {}

    # ── writing ─────────────────────────────────────────────────────────────────────────────
    def add(self, scenario: Scenario, user: User, values: dict[str, Any]) -> Any:
        """Add a row. Raises ``Refused``."""
        raise NotImplementedError

    def change(
        self, scenario: Scenario, user: User, row: Any, values: dict[str, Any], revision: int
    ) -> Any:
        """Change a row that was seen at ``revision``. Raises ``Changed``, ``Refused``."""
        raise NotImplementedError

    def remove(self, scenario: Scenario, user: User, row: Any) -> None:
        """Remove a row. Raises ``Refused``."""
        raise NotImplementedError

    def revision(self, row: Any) -> int:
        """How often the row has changed."""
        return int(row.revision)


def pair(name: str, text: Text) -> Written:
    """A text in both languages as two fields show it."""
    return {f"{name}_{code}": getattr(text, code) for code in LANGUAGES}
