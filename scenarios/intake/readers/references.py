"""JSON as .NET writes it with references: ``$id``, ``$ref`` and lists as ``{"$values": […]}``.

Names of fields are taken without case; JSON without references reads the same way.
"""

from __future__ import annotations

from typing import Any

MOST_NODES = 500_000


class Objects:
    """Looks things up in one file. Pure; never recursive."""

    def __init__(self, data: Any) -> None:
        self._by_id: dict[str, dict[str, Any]] = {}
        waiting: list[Any] = [data]
        for _count in range(MOST_NODES):
            if not waiting:
                break
            one = waiting.pop()
            if isinstance(one, dict):
                if isinstance(identifier := one.get("$id"), str):
                    self._by_id.setdefault(identifier, one)
                waiting.extend(item for item in one.values() if isinstance(item, dict | list))
            else:
                waiting.extend(item for item in one if isinstance(item, dict | list))

    def fields(self, value: Any) -> dict[str, Any]:
        """The fields of an object, or of the one referred to, by lower-case name."""
        value = self._resolved(value)
        if not isinstance(value, dict):
            return {}
        return {name.lower(): item for name, item in value.items() if not name.startswith("$")}

    def listed(self, value: Any) -> list[Any] | None:
        """The items of a list, however it is written; ``None`` for anything else."""
        value = self._resolved(value)
        if isinstance(value, dict):
            value = value.get("$values")
        return value if isinstance(value, list) else None

    def _resolved(self, value: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get("$ref"), str):
            return self._by_id.get(value["$ref"])
        return value
