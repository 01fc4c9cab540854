"""Reading scenario files (``docs/scenario-format.md``): bytes → checked document → rows."""

from __future__ import annotations

from pathlib import Path

from scenarios.models import Scenario
from scenarios.reading.checking import check
from scenarios.reading.document import Document
from scenarios.reading.problems import Problem, ScenarioProblems
from scenarios.reading.source import bytes_of, parse
from scenarios.reading.storing import store

__all__ = ["Document", "Problem", "ScenarioProblems", "load", "read", "sample_path", "store"]


def sample_path() -> Path:
    """The scenario that ships with the product."""
    return Path(__file__).resolve().parent.parent / "samples" / "so-cong-thuong-2023.yaml"


def read(source: Path | str | bytes, name: str = "") -> Document:
    """Read and check a scenario from a file (a path) or from its bytes.

    Args:
        source: where the file is, or what stands in it.
        name: what to call bytes; an ending ``.json`` makes errors those of JSON.

    Raises:
        ScenarioProblems: with everything that is wrong, and nothing else.
    """
    if isinstance(source, bytes):
        return check(parse(source, name))
    path = Path(source)
    return check(parse(bytes_of(path), name or path.name))


def load(path: Path | str) -> Scenario:
    """Read a file and store its scenario; the same content again answers the one already there.

    Raises:
        ScenarioProblems: nothing was written.
    """
    return store(read(path))
