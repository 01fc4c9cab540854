"""Writing what is said of a scenario as a whole."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from scenarios.editing import cleaning
from scenarios.editing.desk import edit
from scenarios.editing.values import HeadValues
from scenarios.models import EditKind, Scenario
from units.models import User


def change_head(
    scenario_id: int,
    user: User,
    values: HeadValues,
    *,
    expected_revision: int | None = None,
) -> Scenario:
    """Change title, summary, start or time zone. Everything is planned relative to the start and
    moves with it; in another zone the drill starts at the same time of day.

    Raises:
        Changed: ``head_revision`` is no longer ``expected_revision``.
        Refused: approved, or a value that cannot be.
    """
    with edit(scenario_id, user, EditKind.HEAD_CHANGED) as desk:
        scenario, columns = desk.scenario, dict[str, Any]()
        if unknown := set(values) - HeadValues.__annotations__.keys():
            raise TypeError(f"a scenario has no {unknown}")
        if "title" in values:
            columns["title"] = cleaning.text(values["title"], "title", required=True)
        if "summary" in values:
            columns["summary"] = cleaning.text(values["summary"], "summary")
        if {"timezone", "starts_at"} & values.keys():
            old = cleaning.zone(scenario.timezone, "timezone")
            zone = cleaning.zone(values.get("timezone", scenario.timezone), "timezone")
            local = scenario.starts_at.astimezone(old).replace(tzinfo=None)
            starts_at = cleaning.start(values.get("starts_at", local), "starts_at", zone)
            columns |= {"timezone": zone.key, "starts_at": starts_at.astimezone(UTC)}
        desk.change(scenario, expected_revision=expected_revision, **columns)
    return scenario
