"""Reading scenario files (``docs/scenario-format.md``): bytes → checked document → rows."""

from __future__ import annotations

from pathlib import Path

from scenarios.models import Scenario
from scenarios.reading.checking import check
from scenarios.reading.document import Document
from scenarios.reading.operator import operator
from scenarios.reading.problems import Problem, ScenarioProblems
from scenarios.reading.source import bytes_of, parse
from scenarios.reading.storing import store

__all__ = [
    "Document",
    "Problem",
    "ScenarioProblems",
    "load",
    "load_draft",
    "operator",
    "read",
    "sample_path",
    "store",
]


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


def load(path: Path | str, *, operator: str = "") -> Scenario:
    """Read a file and store its scenario, approved without a second planner: for the sample, for
    rehearsals, and for an operator who says so. The same content again answers the one already
    there.

    Args:
        path: where the file is.
        operator: who says so at the command line, by the operating system's name.

    Raises:
        ScenarioProblems: nothing was written.
    """
    return store(read(path), operator=operator)


def load_draft(path: Path | str) -> Scenario:
    """Read a file and store its scenario as a draft, whatever it was where it was exported; a
    content that is approved already answers that version.

    Raises:
        ScenarioProblems: nothing was written; also when there is a draft already.
    """
    return store(read(path), as_draft=True)
