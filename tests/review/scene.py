"""A drill that is over, was rated and written about: what tests of the report look at."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection

from exercise import conduct
from exercise.models import JournalEntry, ReportVersion
from exercise.situation.improvement import today
from scenarios.models import MselEntry, Objective
from tests.factories import Drill, entry, make_scenario

NOTE = "=HYPERLINK(\"http://x\") <script>alert('ễ')</script> & đã muộn"
"""What an evaluator may write: a formula to one program, a tag to another."""
SUMMARY = "Diễn tập đạt yêu cầu; xem [[2]] và [[999999]].\n\nĐơn vị “U2” <b>chậm</b>."
CONCLUSION = "Đề nghị Ủy ban nhân dân tỉnh biểu dương các đơn vị."


def over(*, rated: bool = True) -> Drill:
    """Two units; U2 acknowledges late; the gate passed by decision; ENDEX; one objective."""
    both = ["U1", "U2"]
    scenario = make_scenario(
        2,
        [
            entry("1.01", 5, both, mandatory=True, complete_within_s=1800),
            entry("1.02", 10, both),
            entry("2.01", 250, ["U1"]),
        ],
        stand_downs=[(4, 5)],
    )
    objective = Objective.objects.create(
        scenario=scenario, code="MT1", title={"vi": "Chỉ huy", "en": "Command"}, order=1
    )
    for one in MselEntry.objects.filter(scenario=scenario, number="1.01"):
        one.objectives.add(objective)
    drill = Drill(conduct.create_exercise(scenario))
    drill.do("start")
    drill.later(5).sweep()
    _act(drill, 3, "acknowledge", "U1")
    drill.later(2).sweep()
    _act(drill, 13, "acknowledge", "U2")
    _act(drill, 2, "complete", "U1")
    drill.later(60).do("pause")
    drill.later(5).do("resume")
    drill.later(150).do(
        "advance_phase", leaving="transition", override_reason="Theo lệnh Ban Chỉ đạo"
    )
    drill.later(20).do("end")
    if rated:
        by = drill.actor("evaluator")
        of = drill.tasking("1.01", "U1").pk
        drill.do("rate", by, tasking_id=of, rating="M", note=NOTE)
        noted = drill.exercise.journal.get(kind="tasking_rated")
        with drill.at_now():
            due = today() + timedelta(days=30)
        drill.do(
            "add_action",
            source_seq=noted.seq,
            finding="Nhận tin muộn",
            measure="Thử chuông trước diễn tập",
            owner_code="U2",
            due=due,
        )
    drill.fresh()
    return drill


def _act(drill: Drill, minutes: int, command: str, unit: str) -> None:
    of = drill.tasking("1.01", unit).pk
    drill.later(minutes).do(command, drill.actor("lead", unit), tasking_id=of)


def wrote(drill: Drill, by: conduct.Actor | None = None, **chapters: str) -> ReportVersion:
    """The open version with these chapters, begun where there is none."""
    found = ReportVersion.objects.filter(exercise=drill.exercise).exclude(state="signed").first()
    version = found or drill.do("begin_report", by)
    for chapter, text in chapters.items():
        version = drill.do(
            "write_report",
            by,
            number=version.number,
            chapter=chapter,
            text=text,
            revision=version.revisions.get(chapter, 0),
        )
    return version


def signed(drill: Drill, **chapters: str) -> ReportVersion:
    """A version written by the director, reviewed by the controller, signed by the director."""
    number = wrote(drill, **(chapters or {"summary": SUMMARY, "conclusion": CONCLUSION})).number
    drill.later(1).do("review_report", drill.actor("controller"), number=number)
    return drill.later(1).do("sign_report", number=number)


def tamper(drill: Drill, seq: int = 4) -> None:
    """Change an entry past the database's own protection."""
    on = " ON exercise_journalentry" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER journal_no_update{on}")
    JournalEntry.objects.filter(exercise=drill.exercise, seq=seq).update(actor_name="Ai đó")


__all__ = ["CONCLUSION", "NOTE", "SUMMARY", "over", "signed", "tamper", "wrote"]
