"""Which character divides the fields of a text, told by its lines."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice, pairwise

from scenarios.intake.readers.limits import too_many_columns

DELIMITERS = ("\t", ";", ",", "|")
MOST_FIELDS = 16_384
"""Of one line, empty ones counted: what Excel can hold."""
DOUBT = 0.1
"""What a sign of being no delimiter leaves of the fitness."""

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
_DECLARED = re.compile(r'"?sep=([^\w\s"]|\t)"?[ ]*(?:\r\n|\r|\n|\Z)', re.I)
_SAMPLE_CHARACTERS = 200_000
_SAMPLE_RECORDS = 200


def lines(text: str, start: int, delimiter: str, sheet: str) -> Iterator[str]:
    """The lines from ``start`` on, with their ends.

    Raises:
        Unreadable: a line holds more fields than any table.
    """
    for row, match in enumerate(_LINE.finditer(text, start), start=1):
        line = match.group()
        if line.count(delimiter) > MOST_FIELDS:
            raise too_many_columns(sheet, row)
        yield line


def declared(text: str) -> tuple[str, int] | None:
    """The delimiter that a first line ``sep=;`` of Excel names, and where the table begins."""
    match = _DECLARED.match(text)
    return (match[1], match.end()) if match else None


def guessed(text: str) -> str:
    """The delimiter that cuts the most lines into the same number of fields, quotes respected.

    Prose and decimals are told apart: a delimiter is rarely followed by a space, and a comma rarely
    stands between two digits each time.
    """
    sample = text[:_SAMPLE_CHARACTERS]
    fitness = {delimiter: _fitness(sample, delimiter) for delimiter in DELIMITERS}
    return max(fitness, key=fitness.__getitem__) if any(fitness.values()) else ","


def _fitness(sample: str, delimiter: str) -> float:
    records = _records(sample, delimiter, strict=False)
    widths = Counter(len(record) for record in records if len(record) > 1)
    if not widths:
        return 0
    width, often = max(widths.items(), key=lambda item: (item[0] * item[1], item[0]))
    fitness = often * (width - 1) * often / len(records)
    if _like_prose([record for record in records if len(record) == width], delimiter):
        fitness *= DOUBT
    torn = 1 if len(sample) == _SAMPLE_CHARACTERS else 0  # the last record of a sample
    if len(_records(sample, delimiter, strict=True)) < len(records) - torn:
        fitness *= DOUBT  # quotes stand beside it, so it stands inside them
    return fitness


def _records(sample: str, delimiter: str, *, strict: bool) -> list[list[str]]:
    """The first records of a sample, blank lines left out, up to the first that makes no sense."""
    reader = csv.reader(
        (line.group() for line in _LINE.finditer(sample)), delimiter=delimiter, strict=strict
    )
    records: list[list[str]] = []
    with suppress(csv.Error):
        for record in islice(reader, _SAMPLE_RECORDS):
            if record:
                records.append(record)
    return records


def _like_prose(records: list[list[str]], delimiter: str) -> bool:
    borders, doubtful = 0, 0
    for record in records:
        for left, right in pairwise(record):
            borders += right != ""
            doubtful += right[:1] == " " or (
                delimiter == "," and left[-1:].isdigit() and right[:1].isdigit()
            )
    return doubtful * 2 > borders
