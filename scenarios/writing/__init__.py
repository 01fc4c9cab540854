"""A scenario's rows → document → files, the reverse of ``scenarios.reading``.

    rows ──gathering──▶ Document ──plain──▶ plain data ──▶ YAML, JSON
                                                └──tables──▶ workbook, CSV

What is written as YAML, JSON or a workbook is read again as an equal document.
"""

from __future__ import annotations

from collections.abc import Callable

from scenarios.reading.document import Document
from scenarios.writing.csv_file import as_csv
from scenarios.writing.gathering import document_of, unchecked_document_of, units_of
from scenarios.writing.json_file import as_json
from scenarios.writing.limits import Unwritable
from scenarios.writing.workbook import as_xlsx
from scenarios.writing.yaml_file import as_yaml

__all__ = [
    "FORMATS",
    "Unwritable",
    "as_csv",
    "as_json",
    "as_xlsx",
    "as_yaml",
    "document_of",
    "unchecked_document_of",
    "units_of",
    "written",
]

FORMATS = ("yaml", "json", "xlsx", "csv")
"""What a scenario can be written as; each is the ending of such a file."""


def written(document: Document, format: str, language: str = "vi", *, version: str = "") -> bytes:
    """A scenario as a file of one of ``FORMATS``.

    Args:
        document: the scenario.
        format: one of ``FORMATS``.
        language: of the headers, ``vi`` or ``en``, where the format has any.
        version: what a printed page calls this state of the scenario.

    Raises:
        Unwritable: the scenario does not fit into this format.
    """
    writers: dict[str, Callable[[], bytes]] = {
        "yaml": lambda: as_yaml(document),
        "json": lambda: as_json(document),
        "xlsx": lambda: as_xlsx(document, language, version),
        "csv": lambda: as_csv(document, language),
    }
    return writers[format]()
