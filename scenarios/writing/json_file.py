"""Document → JSON."""

from __future__ import annotations

import json

from scenarios.reading.document import Document
from scenarios.writing.limits import within_limit
from scenarios.writing.plain import plain


def as_json(document: Document) -> bytes:
    """The scenario as a JSON file, UTF-8.

    Raises:
        Unwritable: the file would be too large to be read.
    """
    text = json.dumps(plain(document), ensure_ascii=False, indent=2)
    return within_limit(f"{text}\n".encode())
