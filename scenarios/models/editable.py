"""What every row has that planners edit; those of an approved version are never changed again.

The commands of ``scenarios.editing`` refuse that to a person. Here it is refused to whatever else
writes rows: a shell, a command, a mistake. What comes past the models (plain SQL, the table of a
link itself) is seen by the version's content hash (``scenarios.versions.unaltered``).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models

from scenarios.models.scenario import ApprovedError, Scenario


class EditableRows(models.QuerySet[Any]):
    """Rows of versions."""

    def _require_drafts(self) -> None:
        if (
            self.model.VERSION
            and self.filter(**{f"{self.model.VERSION}__in": Scenario.objects.final()}).exists()
        ):
            raise ApprovedError

    def update(self, **values: Any) -> int:
        """As ever; ``bulk_update`` comes here too.

        Raises:
            ApprovedError: one of them is of an approved version; nothing was written.
        """
        self._require_drafts()
        return super().update(**values)

    def delete(self) -> tuple[int, dict[str, int]]:
        """As ever.

        Raises:
            ApprovedError: one of them is of an approved version; nothing was removed.
        """
        self._require_drafts()
        return super().delete()

    delete.queryset_only = True  # type: ignore[attr-defined]  # as in QuerySet: not of a manager

    def bulk_create(self, objs: Iterable[Any], *args: Any, **more: Any) -> list[Any]:
        """As ever.

        Raises:
            ApprovedError: one of them would be of an approved version; nothing was written.
        """
        made = list(objs)
        require_drafts(self.model.versions_of(made))
        return super().bulk_create(made, *args, **more)


class Editable(models.Model):
    """A row of a draft. ``revision`` goes up with every change; who saves names the one seen."""

    VERSION = "scenario"
    """The way to its version; none where it is no part of what is approved."""

    revision = models.PositiveIntegerField(default=1, db_default=1)

    objects = EditableRows.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **more: Any) -> None:
        """As ever.

        Raises:
            ApprovedError: its version is approved; nothing was written.
        """
        require_drafts(self.versions_of([self]))
        super().save(*args, **more)

    def delete(self, *args: Any, **more: Any) -> tuple[int, dict[str, int]]:
        """As ever.

        Raises:
            ApprovedError: its version is approved; nothing was removed.
        """
        require_drafts(self.versions_of([self]))
        return super().delete(*args, **more)

    @classmethod
    def versions_of(cls, made: Iterable[Any]) -> set[int]:
        """The keys of the versions of rows, which need not be stored yet."""
        return {one.scenario_id for one in made} if cls.VERSION else set()


def require_drafts(versions: set[int]) -> None:
    """Let nothing be written in these versions, by key, if one of them is approved.

    Raises:
        ApprovedError: one of them is.
    """
    if versions and Scenario.objects.final().filter(pk__in=versions).exists():
        raise ApprovedError
