"""What control sees of the evaluation, and what is known of a tasking before anybody judges."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from exercise.conduct import Actor, Upload
from exercise.models import FindingFile, verify
from exercise.review.report import build_report
from exercise.situation.evaluated import overview_context
from exercise.situation.evaluation import detail_context, list_context, own_words
from exercise.situation.facts import read_facts
from scenarios.models import Objective
from tests.factories import Drill, entry, make_drill
from tests.screens.test_fuzz import files
from tests.screens.test_who_may_what import as_
from units.models import User

pytestmark = pytest.mark.django_db
ACTIONS = [{"vi": "Cử tổ kiểm tra", "en": "Send a team"}, {"vi": "Lập danh sách", "en": "List"}]


@pytest.fixture
def drill() -> Drill:
    injects = [
        entry("1.01", 5, ["U1", "U2"], expected_actions=ACTIONS, complete_within_s=3600),
        entry("1.02", 6, ["U1"], complete_within_s=60),
    ]
    made = make_drill(units=2, injects=injects, started=True)
    Objective.objects.create(scenario=made.exercise.scenario, code="MT1", title={"vi": "Chỉ huy"})
    made.later(5).sweep()
    made.later(1).sweep()
    return made


@pytest.fixture
def judges(drill: Drill) -> list[Actor]:
    """Two evaluators of U1."""
    user = User.objects.create_user("danh-gia-hai", password=None, name="Đánh giá hai")
    unit = drill.posture("U1").unit
    second = drill.exercise.participants.create(user=user, role="evaluator", unit=unit)
    return [drill.actor("evaluator", "U1"), Actor.of(second)]


def rows(drill: Drill) -> dict[str, Any]:
    return {row.unit.code: row for row in overview_context(drill.exercise)["rows"]}


def test_every_thing_on_which_evaluators_differ_is_counted_once(
    drill: Drill, judges: list[Actor]
) -> None:
    pk = drill.tasking("1.01", "U1").pk
    for judge, letters in zip(judges, ("PMS", "PUM"), strict=True):
        for action in (1, 2):
            rating = letters[action - 1]
            drill.do("rate_action", judge, tasking_id=pk, action=action, rating=rating)
        drill.do("rate", judge, tasking_id=pk, rating=letters[2])
        drill.do("rate_objective", judge, unit_code="U1", objective="MT1", rating=letters[1])
    found = rows(drill)
    assert found["U1"].counts == (2, 0, 1, 1)  # P S M U of the actions
    assert [cell.letters for cell in found["U1"].cells] == [("M", "U")]
    assert found["U1"].disagreements == 3  # action 2, the tasking as a whole, the objective
    assert found["U2"].counts == (0, 0, 0, 0)
    assert found["U2"].disagreements == 0


def test_what_was_done_under_an_objective_stands_for_it_until_it_is_rated_itself(
    drill: Drill, judges: list[Actor]
) -> None:
    drill.exercise.injects.filter(number="1.01").update(objectives=["MT1"])
    one, other = judges
    drill.do("rate", one, tasking_id=drill.tasking("1.01", "U1").pk, rating="S")
    drill.do("rate", other, tasking_id=drill.tasking("1.02", "U1").pk, rating="U")
    seen = rows(drill)["U1"]
    assert seen.whole == (0, 1, 0, 1)
    assert seen.counts == (0, 0, 0, 0)
    # 1.02 does not test the objective.
    assert [(cell.letters, cell.under) for cell in seen.cells] == [((), "S")]
    pk = drill.tasking("1.01", "U1").pk
    drill.do("rate_action", other, tasking_id=pk, action=1, rating="M")
    assert rows(drill)["U1"].cells[0].under == "M"
    assert rows(drill)["U2"].cells[0].under == ""
    _says_the_same_as_the_report(drill, "M")
    drill.do("rate_objective", one, unit_code="U1", objective="MT1", rating="P")
    cell = rows(drill)["U1"].cells[0]
    assert (cell.letters, cell.under) == (("P",), "")
    _says_the_same_as_the_report(drill, "P")


def _says_the_same_as_the_report(drill: Drill, letter: str) -> None:
    report = build_report(drill.fresh())
    [objective] = [one for one in report.objectives.rows if one.code == "MT1"]
    [cell] = [one for one in objective.cells if one.unit.code == "U1"]
    assert cell.rating == letter


def test_a_finding_of_no_unit_is_shown_to_control(drill: Drill) -> None:
    user = User.objects.create_user("danh-gia-chung", password=None, name="Đánh giá chung")
    everywhere = drill.exercise.participants.create(user=user, role="evaluator", unit=None)
    drill.do("record_finding", Actor.of(everywhere), kind="observation", text="Loa phường bị hỏng")
    drill.do("record_finding", drill.actor("evaluator", "U1"), kind="strength", text="Sổ đủ")
    assert rows(drill)["U1"].findings == 1
    with drill.at_now():
        page = as_(drill.user("controller")).get(reverse("evaluation", args=[drill.exercise.code]))
    assert "Loa phường bị hỏng" in page.content.decode()


def test_the_director_alone_is_offered_to_publish(drill: Drill) -> None:
    path = reverse("evaluation", args=[drill.exercise.code])
    publish = reverse("do", args=[drill.exercise.code, "publish_evaluation"])
    withdraw = reverse("do", args=[drill.exercise.code, "withdraw_evaluation"])
    director = as_(drill.user("director"))
    with drill.at_now():
        assert publish not in as_(drill.user("controller")).get(path).content.decode()
        assert publish in director.get(path).content.decode()
        page = director.post(publish, {"next": path}, follow=True).content.decode()
    assert "Đã công bố kết quả đánh giá" in page
    assert withdraw in page
    assert drill.fresh().evaluation_published


def test_a_photo_is_drawn_anew_and_named_in_the_journal(drill: Drill) -> None:
    sent = files()[12]  # a picture that is a web page as well
    path = reverse("do", args=[drill.exercise.code, "record_finding"])
    evaluator = as_(drill.user("evaluator", "U1"))
    with drill.at_now():
        answer = evaluator.post(
            path,
            {"kind": "strength", "text": "Sổ đủ", "files": sent},
            headers={"HX-Request": "true"},
        )
        assert answer.status_code == 200, answer.content
        kept = FindingFile.objects.get()
        got = evaluator.get(reverse("finding_file", args=[kept.uuid]))
    assert got["Content-Disposition"].startswith("attachment;")
    assert got["Content-Security-Policy"] == "default-src 'none'; sandbox"
    told = drill.exercise.journal.get(kind="observation_recorded")
    assert told.data["files"] == [{"name": kept.name, "sha256": kept.sha256}]
    assert verify(drill.fresh()).verified


def test_a_file_of_no_accepted_kind_leaves_no_finding(drill: Drill) -> None:
    path = reverse("do", args=[drill.exercise.code, "record_finding"])
    sent = SimpleUploadedFile("a.exe", b"MZ" * 40)
    with drill.at_now():
        answer = as_(drill.user("evaluator", "U1")).post(
            path,
            {"kind": "strength", "text": "Sổ đủ", "files": sent},
            headers={"HX-Request": "true"},
        )
    assert answer.status_code == 422
    assert not drill.exercise.findings.exists()


def test_a_finding_sent_again_keeps_its_photo_once(drill: Drill) -> None:
    photo = Upload("anh.png", "image/png", "0" * 64, b"PNG")
    for _time in range(2):
        drill.do(
            "record_finding",
            drill.actor("evaluator", "U1"),
            kind="strength",
            text="Sổ đủ",
            files=[photo],
            key="k" * 32,
        )
    assert FindingFile.objects.count() == 1


def test_the_facts_stand_there_before_anybody_judges(drill: Drill) -> None:
    """Opened, acknowledged, completed; how long each took, how long was allowed, in play µs."""
    lead, pk = drill.actor("lead", "U1"), drill.tasking("1.02", "U1").pk
    drill.do("open_tasking", lead, tasking_id=pk)
    drill.later(3)
    drill.do("acknowledge", lead, tasking_id=pk)
    drill.do("complete", lead, tasking_id=pk, text="Xong")
    with drill.at_now():
        facts = read_facts(drill.fresh())
        context = list_context(facts, [drill.posture("U1").unit_id])
        tasking = next(row.tasking for row in context["rows"] if row.tasking.pk == pk)
        own = own_words(context["rows"], 0)[pk]
        opened, acknowledged, completed = detail_context(facts, tasking, own, 0)["steps"]
    minute_us = 60_000_000
    assert (opened.after_us, opened.allowed_us, opened.late) == (0, None, False)
    assert acknowledged.after_us == completed.after_us == 3 * minute_us
    assert completed.allowed_us == minute_us
    assert completed.late
