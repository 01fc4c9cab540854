"""Which reports of a unit speak of which expected action, so that each is judged beside them.

Nobody says so in the plan or in a report, so words decide. A report speaks of an action when they
share two neighbouring syllables, the length of most Vietnamese words; pairs that several actions of
the inject share, such as "báo cáo", tell nothing. It is a help to look in the right place and no
judgement: every report is shown as a whole below the actions as well.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from exercise.models import Report

Pair = tuple[str, str]
_PARTS = re.compile(r"[^\W_]+(?:[ \t_]+[^\W_]+)*")


def by_action(actions: Sequence[str], reports: Sequence[Report]) -> list[tuple[Report, ...]]:
    """For each action the reports that speak of it, in their order.

    Args:
        actions: the words of the inject's expected actions, in the language of the scenario.
        reports: with their attachments at hand; the names of files count as words.
    """
    said = [pairs(action) for action in actions]
    shared = Counter(pair for one in said for pair in one)
    told = [pairs(_words(report)) for report in reports]
    return [
        tuple(
            report
            for report, words in zip(reports, told, strict=True)
            if any(shared[pair] == 1 for pair in one & words)
        )
        for one in said
    ]


def pairs(text: str) -> frozenset[Pair]:
    """Neighbouring syllables, in small letters; none across a comma or the end of a sentence."""
    plain = unicodedata.normalize("NFC", text).casefold()
    found = (re.split(r"[ \t_]+", part) for part in _PARTS.findall(plain))
    return frozenset(
        pair
        for part in found
        for pair in pairwise(part)
        if not (pair[0].isdigit() or pair[1].isdigit())
    )


def _words(report: Report) -> str:
    document = report.document or {}
    names = [file.name.rpartition(".")[0] or file.name for file in report.attachments.all()]
    return "\n".join([report.text, str(document.get("abstract", "")), *names])
