"""What a planner saw of several injects, against what they are now.

Whoever removes, moves or numbers many injects looked at them some time before. What others did to
one of them since is told first, row by row; who is told it and goes on names the newer revisions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models.functions import Coalesce

from scenarios.editing.conflict import LOOKED_BACK
from scenarios.editing.refused import News, Outdated, What
from scenarios.editing.rows import batched, name_of
from scenarios.models import Edit, MselEntry, Scenario, sort_key

READ_AT_ONCE = 20
"""An edit of thousands of rows is large: so many are read before it is seen whether more are
needed.
"""


def require_seen(scenario: Scenario, seen: Mapping[int, int], *, whole: bool = False) -> None:
    """Let nobody do to many injects what they would not do to them as they are.

    Args:
        seen: the revisions at which the planner saw them, by key.
        whole: these were all that the version had.

    Raises:
        Outdated: some are no longer as they were seen.
    """
    if news := news_of(scenario, seen, whole=whole):
        raise Outdated(news)


def news_of(scenario: Scenario, seen: Mapping[int, int], *, whole: bool = False) -> list[News]:
    """What happened to these injects since they were seen, in the order of their numbers; see
    ``require_seen``.
    """
    rows = scenario.msel.order_by().values_list("pk", "number", "revision")
    now = {pk: (number, revision) for pk, number, revision in rows}
    kinds = {
        pk: What.CHANGED if pk in now else What.REMOVED
        for pk, revision in seen.items()
        if pk not in now or now[pk][1] != revision
    }
    if whole:
        kinds |= dict.fromkeys(now.keys() - seen.keys(), What.ADDED)
    if not kinds:
        return []
    last = _last_edits(scenario, kinds)
    told = []
    for pk, what in kinds.items():
        edit, change = last.get(pk, (None, {}))
        number = now[pk][0] if pk in now else (change.get("before") or {}).get("number", "")
        at = (edit.undone_at or edit.at) if edit else None
        told.append(News(pk, number, what, by=edit.user if edit else None, at=at))
    return sorted(told, key=lambda one: (sort_key(one.number), one.pk))


def _last_edits(scenario: Scenario, pks: Iterable[int]) -> dict[int, tuple[Edit, dict[str, Any]]]:
    """The edit that touched each of these injects last, with what it did to it, as far as the
    history is looked back.
    """
    newest = scenario.edits.order_by(Coalesce("undone_at", "at").desc(), "-number")
    found: dict[int, tuple[Edit, dict[str, Any]]] = {}
    left, model = set(pks), name_of(MselEntry)
    for some in batched(newest.values_list("pk", flat=True)[:LOOKED_BACK], READ_AT_ONCE):
        edits = Edit.objects.select_related("user").in_bulk(some)
        for edit in (edits[pk] for pk in some if pk in edits):
            for change in reversed(edit.changes):
                if change["model"] == model and change["pk"] in left:
                    left.remove(change["pk"])
                    found[change["pk"]] = (edit, change)
        if not left:
            break
    return found
