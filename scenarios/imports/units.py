"""Units that a file names and the scenario has not: the planner takes them in with one press.

The one thing that an import writes before its last step, because it was asked to: else a team with
an empty scenario and a full spreadsheet would meet one error a row.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from scenarios.editing import edit
from scenarios.editing.units import add_unit_at
from scenarios.intake.mapping import Field
from scenarios.intake.rows import Row
from scenarios.intake.target import Target
from scenarios.models import EditKind
from scenarios.reading import document as doc
from units.models import Unit, User
from units.text import Text, plain

_PARTS = re.compile(r"[\n;|,/+&]")
LONGEST_CODE, LONGEST_NAME, LONGEST_SHORT = 12, 150, 24
MOST = 100


def missing(rows: Iterable[Row], document: doc.Document) -> tuple[tuple[str, int], ...]:
    """(name, how many rows name it) of the units that are not in the scenario, the commonest
    first.
    """
    target = Target(document)
    counts: Counter[str] = Counter()
    names: dict[str, str] = {}
    for row in rows:
        if any(error.code == "unknown_unit" for error in row.errors):
            for word, _near in target.addressees(row.cells.get(Field.TO, "")).unknown:
                for name in filter(plain, _PARTS.split(word)):
                    names.setdefault(plain(name), name.strip()[:LONGEST_NAME])
                    counts[plain(name)] += 1
    return tuple((names[said], count) for said, count in counts.most_common(MOST))


def take_in(scenario_id: int, user: User, names: Sequence[str]) -> list[str]:
    """Take units in by their names, in one edit; answers their codes. One that the installation
    knows by this name is taken as it is, any other one is new.

    Raises:
        Refused: the version is approved, or a name cannot be.
    """
    installed = {
        plain(side): unit
        for unit in Unit.objects.order_by("-pk")
        for side in (unit.code, unit.name.vi, unit.name.en, unit.short.vi, unit.short.en)
        if plain(side)
    }
    taken = set(Unit.objects.values_list("code", flat=True)) | {"ALL"}
    codes: list[str] = []
    with edit(scenario_id, user, EditKind.UNIT_ADDED, code="") as desk:
        here = set(desk.scenario.participations.values_list("unit__code", flat=True))
        for name in dict.fromkeys(names[:MOST]):
            known = installed.get(plain(name))
            code = known.code if known else _code(name, taken)
            if code in here or not plain(name):
                continue
            short = Text(name) if len(name) <= LONGEST_SHORT else Text(code)
            add_unit_at(desk, code, {} if known else {"name": Text(name), "short": short})
            here.add(code)
            taken.add(code)
            codes.append(code)
        desk.say(code=", ".join(codes))
    return codes


def _code(name: str, taken: set[str]) -> str:
    """Initials, or the word itself if it is one; numbered where taken."""
    parts = plain(name).split()
    base = parts[0] if len(parts) == 1 else "".join(part[0] for part in parts)
    base = base.upper()[:LONGEST_CODE]
    code, number = base, 2
    while code in taken:
        code, number = f"{base}{number}", number + 1
    return code
