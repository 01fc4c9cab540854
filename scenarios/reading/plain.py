"""Plain data as the product holds it → the tree that the checks read, without a file in between."""

from __future__ import annotations

from typing import Any

from scenarios.reading.source import Kind, Node, Source
from units.text import canonical


def source_of(data: Any) -> Source:
    """Mappings, lists, strings, flags and ``None`` as a tree. Its values have no line."""
    return Source(node_of(data), [])


def node_of(data: Any, line: int = 0) -> Node:
    """One value as a node of ``line``, and what is in it."""
    if isinstance(data, dict):
        entries = {canonical(key): node_of(value, line) for key, value in data.items()}
        return Node(Kind.MAP, line, entries=entries, key_lines=dict.fromkeys(entries, line))
    if isinstance(data, (list, tuple)):
        return Node(Kind.LIST, line, items=[node_of(item, line) for item in data])
    if data is None:
        return Node(Kind.NULL, line)
    if isinstance(data, bool):
        return Node(Kind.BOOL, line, str(data).lower())
    return Node(Kind.TEXT, line, canonical(str(data)))
