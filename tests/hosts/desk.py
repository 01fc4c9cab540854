"""What is done on the database's own host: the drill is made there, and judged there.

python -m tests.hosts.desk      reads lines ["begin", FILE], ["state"], ["end"]; answers each
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exercise.settings")
django.setup()

from django.db import transaction  # noqa: E402

from exercise import conduct  # noqa: E402
from exercise.clock import frozen, wall_us  # noqa: E402
from exercise.models import Exercise, JournalEntry, OverduePolicy  # noqa: E402
from exercise.players.rehearsal import Rehearsal, director_of  # noqa: E402
from exercise.players.report import Facts, conformance  # noqa: E402
from exercise.review.replay import differences  # noqa: E402
from scenarios.calendar import SECOND_US  # noqa: E402
from scenarios.reading import load  # noqa: E402
from units.models import SignInLink  # noqa: E402

PACE = 60.0


def begin(source: str) -> dict[str, Any]:
    """Make the drill and start it; what came late is released at once, or nobody would."""
    rehearsal = Rehearsal(source=Path(source), pace=PACE)
    made = rehearsal.prepare(load(Path(source)))
    Exercise.objects.filter(pk=made.pk).update(overdue_policy=OverduePolicy.RELEASE)
    conduct.start(made.pk, director_of(made))
    leads = made.participants.filter(role="lead").select_related("user", "unit")
    return {
        "pk": made.pk,
        "code": made.code,
        "board": f"/board/{made.board_token}/",
        "links": {lead.unit.code: SignInLink.issue(lead.user)[1] for lead in leads},
    }


def state() -> dict[str, Any]:
    """What is due, released, acknowledged, as wall moments in seconds."""
    made, now = Exercise.objects.get(), wall_us()
    clock, position_us = made.clock, made.clock.position_us(now)
    injects = list(made.injects.order_by("sort_key"))
    entries = JournalEntry.objects.filter(exercise=made)
    acknowledged = entries.filter(kind="tasking_acknowledged")
    return {
        "now_s": now / SECOND_US,
        "due": [one.number for one in injects if one.due_us <= position_us],
        "due_wall_s": {
            one.number: (clock.due_wall_us(one.due_us) or 0) / SECOND_US
            for one in injects
            if one.due_us <= position_us
        },
        "released_wall_s": {
            number: us / SECOND_US
            for number, us in entries.filter(kind="inject_released").values_list(
                "inject_number", "wall_us"
            )
        },
        "acknowledged": dict(
            Counter(
                f"{number}/{unit}"
                for number, unit in acknowledged.values_list("inject_number", "unit_code")
            )
        ),
    }


def end() -> dict[str, Any]:
    """Stop the clock and report. What is due at that moment must not wait for it to go on."""
    made = Exercise.objects.get()
    with frozen(wall_us()):
        conduct.sweep(made.pk)
        conduct.pause(made.pk, director_of(made))
    with transaction.atomic():
        # Units go on pressing; no command is carried out between reading journal and rows.
        still = Exercise.objects.select_for_update().get(pk=made.pk)
        differ = differences(still)
    return conformance(Facts.read(made.pk, wall_us())) | {
        "state": state(),
        "replay_differs": differ,
    }


if __name__ == "__main__":
    for line in sys.stdin:
        what, *words = json.loads(line)
        print(json.dumps({"begin": begin, "state": state, "end": end}[what](*words)), flush=True)
