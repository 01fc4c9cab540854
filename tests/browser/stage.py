"""The hand behind the stage: makes drills and gives commands on a site's own database.

Run as a process of its own (``python -m tests.browser.stage``) with the site's environment, because
the tests' process has other settings. It reads one JSON call a line and answers each with one line.
"""

# ruff: noqa: E402 – Django is set up before its models are imported
from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "exercise.settings"

import django

django.setup()

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.utils import timezone

from exercise import clock, conduct
from exercise.conduct import Actor
from exercise.models import BOARD_LINK_US, Exercise, Participant, TimerHeartbeat
from exercise.players.play import Players
from exercise.players.rehearsal import Rehearsal
from exercise.screens.forms import MomentField
from scenarios import editing, versions
from scenarios.calendar import MINUTE_US
from scenarios.editing.values import InjectValues
from scenarios.models import MselEntry, Scenario, sort_key
from scenarios.reading import load, sample_path
from tests import migrated
from units.models import SignInLink, User
from units.text import Text

STEP_US = 20_000_000
SEED = 7


def prepare() -> None:
    """An empty database with the sample scenario and an administrator in it."""
    migrated.put(settings.VAR_DIR)
    migrate()
    load(sample_path())
    User.objects.create_superuser("quantri", password=None, name="Người quản trị")


def migrate() -> None:
    call_command("migrate", interactive=False, verbosity=0)


def exercise(code: str) -> dict[str, Any]:
    """A planned drill of the sample, with its people."""
    return told(_new(code))


def mid_run(code: str, *, minutes: int = 206) -> dict[str, Any]:
    """A drill that bots have played for so long by its own clock, standing still now.

    It happened in the past, step by step with the clock put back, so that it is the same every time
    and takes no waiting. Nothing may run beside it: the timers would see it all as overdue.
    """
    settings.LIVE_ENABLED = False
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=OFF")  # a power cut may take it: nobody waits for disks
    made = _new(code)
    habits = Rehearsal(sample_path(), seed=SEED).habits(made)
    players = Players(made.pk, habits, breathe=lambda: None)
    end = clock.wall_us()
    now = end - minutes * MINUTE_US
    by = director(made)
    with clock.frozen(now):
        conduct.start(made.pk, by)
    while now < end:
        with clock.frozen(now):
            conduct.sweep(made.pk)
            found = players.step()
            made = Exercise.objects.get(pk=made.pk)
            moments = [us for us in (found.next_us, made.next_due_us) if us is not None]
            due = made.clock.due_wall_us(min(moments)) if moments else None
        now = max(now + STEP_US, min(due or end, end))
    with clock.frozen(end):
        waiting = made.injects.filter(state="scheduled").order_by("due_us")
        conduct.hold(made.pk, by, inject_id=waiting[1].pk)
        conduct.skip(made.pk, by, inject_id=waiting[3].pk)
        _judge(made)
        conduct.pause(made.pk, by)
    settings.LIVE_ENABLED = True
    return told(made)


def _judge(made: Exercise) -> None:
    """Two evaluators of one unit who differ, something seen, and the units may read it."""
    first = made.participants.select_related("user", "unit").filter(role="evaluator")[0]
    user = User.objects.create_user("danhgiathem", name="Vũ Thị Hòa")
    second = made.participants.create(user=user, role="evaluator", unit=first.unit)
    taskings = made.taskings.exclude(inject__expected_actions=[])
    if first.unit_id is not None:
        taskings = taskings.filter(unit_id=first.unit_id)
    tasking = taskings.order_by("pk")[0]
    for participant, rating in ((first, "M"), (second, "S")):
        judge = Actor.of(participant)
        note = "Nhận tin muộn; tổ đi lúc 09:34."
        conduct.rate_action(
            made.pk, judge, tasking_id=tasking.pk, action=1, rating=rating, note=note
        )
        code = tasking.unit.code
        conduct.rate_objective(made.pk, judge, unit_code=code, objective="MT1", rating=rating)
    seen = {"kind": "strength", "text": "Trực ban ghi sổ đủ, báo cáo đúng mẫu.", "place": "Tầng 2"}
    conduct.record_finding(made.pk, Actor.of(first), unit_code=tasking.unit.code, **seen)
    conduct.publish_evaluation(made.pk, director(made))


def late(code: str, *, minutes: int = 95) -> None:
    """Begin a drill that has run for so long already, unseen by the timers: they find it late."""
    made = Exercise.objects.get(code=code)
    with clock.frozen(clock.wall_us() - minutes * MINUTE_US):
        conduct.start(made.pk, director(made))


def down(code: str, *, minutes: int = 95) -> None:
    """Begin a drill, and let everything be down from its first minute on until now."""
    made = Exercise.objects.get(code=code)
    began = clock.wall_us() - minutes * MINUTE_US
    with transaction.atomic():  # the timers see nothing in between
        with clock.frozen(began):
            conduct.start(made.pk, director(made))
        conduct.recover(made.pk, began + MINUTE_US)


def _new(code: str) -> Exercise:
    return conduct.create_exercise(Scenario.objects.order_by("pk")[0], code=code)


def told(made: Exercise) -> dict[str, Any]:
    return {"pk": made.pk, "code": made.code, "board": f"/board/{made.board_token}/"}


def director(made: Exercise) -> Actor:
    found = Participant.objects.filter(exercise=made, role="director")
    return Actor.of(found.select_related("user", "unit").order_by("pk")[0])


def link(username: str) -> str:
    """A sign-in link's path."""
    _link, token, _code = SignInLink.issue(User.objects.get(username=username))
    return f"/go/{token}/"


def director_account(code: str, username: str, password: str) -> None:
    """One more director, who signs in by a password."""
    person = User.objects.create_user(username, password=password, name="Nguyễn Thị Hạnh")
    Participant.objects.create(
        exercise=Exercise.objects.get(code=code), user=person, role="director"
    )


def draft(code: str, planners: list[str]) -> dict[str, Any]:
    """A draft that holds what the sample holds, and planners to write in it."""
    made = versions.clone(Scenario.objects.filter(version=1).order_by("pk")[0], code, None)
    for name in planners:
        User.objects.get_or_create(username=name, defaults={"name": name, "may_plan": True})
    numbers = dict(made.msel.values_list("number", "pk"))
    return {"path": f"/scenarios/{made.code}/{made.version}/", "injects": numbers}


def fill(code: str, count: int) -> None:
    """So many more injects in the first phase of a draft, a minute between each two."""
    draft = Scenario.objects.get(code=code)
    numbers = [f"1.{number}" for number in range(1001, 1001 + count)]
    MselEntry.objects.bulk_create(
        MselEntry(
            scenario=draft,
            number=number,
            sort_key=sort_key(number),
            phase="transition",
            title=Text(vi=f"Tin {number}", en=f"Inject {number}"),
            planned_us=(60 + place % 200) * MINUTE_US,
        )
        for place, number in enumerate(numbers)
    )


def injects(code: str) -> dict[str, dict[str, Any]]:
    """The injects of a draft by their numbers, as far as tests ask."""
    found = MselEntry.objects.filter(scenario__code=code)
    return {
        one.number: {
            "at_us": one.planned_us,
            "title": one.title.vi,
            "complete_s": one.complete_within_s,
        }
        for one in found
    }


def planner(username: str, name: str) -> None:
    """Somebody who writes scenarios."""
    User.objects.get_or_create(username=username, defaults={"name": name, "may_plan": True})


def inject(code: str, username: str, to: str) -> None:
    """An inject of a draft, at its start, written in both languages."""
    draft = Scenario.objects.get(code=code)
    values: InjectValues = {
        "phase": "transition",
        "planned_us": 5 * MINUTE_US,
        "title": Text("Báo động", "Alarm"),
        "addressees": [to],
        "complete_within_s": 1800,
    }
    editing.add_inject(draft.pk, User.objects.get(username=username), values)


def do(code: str, command: str, username: str = "tongdaodien", **arguments: Any) -> None:
    """Give a command as this person. Injects and taskings may be named by their numbers."""
    made = Exercise.objects.get(code=code)
    person = Participant.objects.select_related("user", "unit").get(
        exercise=made, user__username=username
    )
    if "inject" in arguments:
        arguments["inject_id"] = made.injects.get(number=arguments.pop("inject")).pk
    if "tasking" in arguments:
        number, unit = arguments.pop("tasking").split("/")
        found = made.taskings.get(inject__number=number, unit__code=unit)
        arguments["tasking_id"] = found.pk
    for name in {"title", "content"} & set(arguments):
        arguments[name] = Text.of(arguments[name])
    if "to" in arguments:
        position = made.clock.position_us(clock.wall_us())
        arguments["to_us"] = MomentField().read(arguments.pop("to"), made, position)
    conduct.COMMANDS[command](made.pk, Actor.of(person), **arguments)


def let_link_end(code: str, *, in_s: int) -> None:
    """Make a planned drill so old that its board's link runs out in so many seconds."""
    now_us = clock.wall_us()
    Exercise.objects.filter(code=code).update(
        created_at=datetime.fromtimestamp((now_us - BOARD_LINK_US) / 1e6, UTC),
        board_until_wall_us=now_us + in_s * 1_000_000,
    )


def actions(code: str, count: int) -> None:
    """So many corrective actions, each of a good many words."""
    made = Exercise.objects.get(code=code)
    owner = made.postures.select_related("unit").order_by("pk")[0].unit.code
    for number in range(1, count + 1):
        conduct.add_action(
            made.pk,
            director(made),
            finding=f"Hạn chế {number}: trực ban nhận tin muộn vì sổ trực để ở phòng khác. " * 3,
            measure=f"Biện pháp {number}: đặt sổ trực tại bàn trực, kiểm tra mỗi đầu ca. " * 3,
            owner_code=owner,
            due=timezone.localdate() + timedelta(days=number),
        )


def ids(code: str) -> dict[str, dict[str, int]]:
    """Keys of what a page is about."""
    made = Exercise.objects.get(code=code)
    return {
        "injects": dict(made.injects.values_list("number", "pk")),
        "units": dict(made.postures.values_list("unit__code", "unit_id")),
        "taskings": {
            f"{t.inject.number}/{t.unit.code}": t.pk
            for t in made.taskings.select_related("inject", "unit").order_by("pk")
        },
        "open": {
            f"{t.inject.number}/{t.unit.code}": t.pk
            for t in made.taskings.select_related("inject", "unit")
            if t.open
        },
    }


def timers_are_up() -> bool:
    """Whether beat, broker and worker have worked together within the last seconds."""
    newest_us = TimerHeartbeat.newest_us()
    return newest_us is not None and clock.wall_us() - newest_us < 3_000_000


def anchors(code: str) -> dict[str, int]:
    """The clock's row, with the second of the day at which exercise time zero lies."""
    made = Exercise.objects.get(code=code)
    zero = made.calendar.zero
    return {
        "wall_us": made.anchor_wall_us,
        "us": made.anchor_us,
        "permille": made.rate_permille,
        "zero_s": zero.hour * 3600 + zero.minute * 60 + zero.second,
    }


def attachments(code: str) -> list[str]:
    """Names of the files that arrived."""
    from exercise.models import Attachment

    found = Attachment.objects.filter(report__tasking__exercise__code=code)
    return list(found.order_by("pk").values_list("name", flat=True))


def journal(code: str) -> list[str]:
    """Kinds of what happened, in order."""
    made = Exercise.objects.get(code=code)
    return list(made.journal.order_by("seq").values_list("kind", flat=True))


CALLS: dict[str, Callable[..., Any]] = {
    call.__name__: call
    for call in (
        *(prepare, migrate, exercise, mid_run, late, down),
        *(link, do, ids, timers_are_up, anchors, attachments, journal),
        *(let_link_end, director_account, planner, inject),
        *(draft, fill, injects, actions),
    )
}


def main() -> None:
    answers, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        name, arguments = json.loads(line)
        try:
            answer = {"ok": CALLS[name](**arguments)}
        except Exception as problem:
            traceback.print_exc()
            answer = {"error": f"{type(problem).__name__}: {problem}"}
        connections.close_all()
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
