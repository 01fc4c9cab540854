"""What is wrong with a scenario file, and the report that collects it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.translation import gettext as _

SHOWN_CHARACTERS = 60
MOST_PROBLEMS = 300
MAY_WAIT = frozenset(
    {
        *("empty_list", "no_director", "nobody_participates", "unit_missing"),
        *("mandatory_without_deadline", "not_participating", "trigger_cycle", "gate_cycle"),
        *("outside_phase", "in_stand_down", "before_start", "stand_down_outside"),
    }
)
"""What a draft may still have wrong: it matters only on the day. Form and references never wait."""

# Looking for the nearest word is quadratic: a file that is wrong everywhere gets no proposals
# beyond the first, and only from so many candidates.
MOST_PROPOSALS = 60
MOST_CANDIDATES = 2_000


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        line: in the file, from 1; ``None`` where the file has no lines to speak of.
        path: where in the data, such as ``msel[12].at`` (from 0).
        code: stable word for machines and tests.
        message: a sentence for the reader.
        value: what stands there, shortened.
        remedy: what to do about it; may be empty.
    """

    line: int | None
    path: str
    code: str
    message: str
    value: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        words = f"{self.path}: {self.message}" if self.path else self.message
        if self.value:
            words += f" ({self.value})"
        return f"{words} — {self.remedy}" if self.remedy else words

    def as_dict(self) -> dict[str, Any]:
        """As ``load_scenario --json`` prints it."""
        return asdict(self)


class ScenarioProblems(Exception):
    """A scenario file cannot be used; nothing was written."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def fatal(
    code: str, message: str, *, line: int | None = None, value: str = "", remedy: str = ""
) -> ScenarioProblems:
    """The exception for what makes reading on pointless."""
    return ScenarioProblems([Problem(line, "", code, message, value, remedy)])


def shortened(value: str) -> str:
    """A value on one line, cut where nobody reads on."""
    words = " ".join(value[: 4 * SHOWN_CHARACTERS].split())
    return words if len(words) <= SHOWN_CHARACTERS else words[: SHOWN_CHARACTERS - 1] + "…"


@dataclass
class Report:
    """Collects problems while a file is checked.

    Attributes:
        draft: the file says that it is one; what may wait is let pass.
        unfinished: something was let pass, or would have been in a draft.
    """

    problems: list[Problem] = field(default_factory=list)
    left_out: int = 0
    draft: bool = False
    unfinished: bool = False

    def add(
        self,
        line: int | None,
        path: str,
        code: str,
        message: str,
        value: str = "",
        remedy: str = "",
    ) -> None:
        """Note a problem; beyond a certain number they are only counted."""
        if self.draft and code in MAY_WAIT:
            self.unfinished = True
            return
        if len(self.problems) >= MOST_PROBLEMS:
            self.left_out += 1
            return
        self.problems.append(Problem(line or None, path, code, message, shortened(value), remedy))

    def propose(self, word: str, known: Iterable[str]) -> str:
        """A sentence naming the nearest known word, or nothing."""
        if len(self.problems) > MOST_PROPOSALS:
            return ""
        candidates = sorted(known)[:MOST_CANDIDATES]
        by_folded = {candidate.casefold(): candidate for candidate in candidates}
        near = difflib.get_close_matches(word[:SHOWN_CHARACTERS].casefold(), by_folded, n=1)
        return _("Có phải ý là “%(word)s”?") % {"word": by_folded[near[0]]} if near else ""

    def raise_if_any(self) -> None:
        """Raise everything collected, in the order of the file."""
        if not self.problems:
            return
        told = sorted(self.problems, key=lambda problem: problem.line or 0)
        if self.left_out:
            message = _("Còn %(count)d lỗi khác chưa liệt kê.") % {"count": self.left_out}
            told.append(Problem(None, "", "more_problems", message))
        raise ScenarioProblems(told)
