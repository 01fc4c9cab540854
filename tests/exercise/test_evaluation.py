"""What evaluators judge and write down, and who reads it when."""

from __future__ import annotations

import pytest
from django.test import Client

from exercise.conduct import Actor, Refused
from exercise.models import ActionRating, Finding, ObjectiveRating, verify
from exercise.review.replay import differences
from scenarios.models import Objective
from tests.factories import entry, make_drill
from units.models import User

pytestmark = pytest.mark.django_db
ACTIONS = [{"vi": "Cử tổ kiểm tra", "en": "Send a team"}, {"vi": "Lập danh sách", "en": "List"}]


@pytest.fixture
def drill():
    made = make_drill(
        units=2, injects=[entry("1.01", 5, ["U1", "U2"], expected_actions=ACTIONS)], started=True
    )
    Objective.objects.create(
        scenario=made.exercise.scenario, code="MT1", title={"vi": "Chỉ huy", "en": "Command"}
    )
    made.later(5).sweep()
    return made


def as_(user):
    client = Client()
    client.force_login(user)
    return client


def rated(drill, action, rating="M", note="", who=None, unit="U1"):
    who = who or drill.actor("evaluator")
    pk = drill.tasking("1.01", unit).pk
    return drill.do("rate_action", who, tasking_id=pk, action=action, rating=rating, note=note)


def second_evaluator(drill):
    user = User.objects.create_user("danh-gia-hai", password=None, name="Đánh giá hai")
    unit = drill.posture("U1").unit
    return Actor.of(drill.exercise.participants.create(user=user, role="evaluator", unit=unit))


def test_a_later_word_takes_the_place_of_the_earlier_and_both_are_in_the_journal(drill):
    rated(drill, 2, "M", "Muộn 21 phút")
    rated(drill, 2, "S", " Đã bổ sung ")
    [row] = ActionRating.objects.all()
    assert (row.action, row.rating, row.note) == (2, "S", "Đã bổ sung")
    told = drill.exercise.journal.filter(kind="action_rated").order_by("seq")
    assert [(one.data["rating"], one.data["action"]) for one in told] == [("M", 2), ("S", 2)]
    assert verify(drill.fresh()).verified
    assert differences(drill.exercise) == []


def test_two_evaluators_of_one_unit_are_both_kept(drill):
    rated(drill, 1, "P")
    rated(drill, 1, "U", who=second_evaluator(drill))
    assert sorted(ActionRating.objects.values_list("rating", flat=True)) == ["P", "U"]


def test_the_words_of_another_are_shown_to_who_has_given_their_own(drill):
    rated(drill, 1, "U", note="Không thấy tổ nào", who=second_evaluator(drill))
    client = as_(drill.user("evaluator", "U1"))
    path = f"/x/{drill.exercise.code}/evaluate/{drill.tasking('1.01', 'U1').pk}/"
    with drill.at_now():
        assert "Không thấy tổ nào" not in client.get(path).content.decode()
        rated(drill, 1, "P")
        page = client.get(path).content.decode()
    assert "Không thấy tổ nào" in page
    assert "chấm khác nhau" in page


@pytest.mark.parametrize(
    ("action", "rating", "unit", "code"),
    [
        (0, "P", "U1", "unknown"),
        (3, "P", "U1", "unknown"),
        (1, "X", "U1", "rating"),
        (1, "P", "U2", "unknown"),
    ],
)
def test_what_there_is_not_and_what_is_not_ones_own_is_refused(drill, action, rating, unit, code):
    with pytest.raises(Refused) as refused:
        rated(drill, action, rating, unit=unit)
    assert refused.value.code == code
    assert not ActionRating.objects.exists()


def test_an_objective_is_judged_for_a_unit(drill):
    who = drill.actor("evaluator")
    drill.do("rate_objective", who, unit_code="U1", objective="MT1", rating="S", note="Chậm")
    assert ObjectiveRating.objects.get().rating == "S"
    with pytest.raises(Refused):
        drill.do("rate_objective", who, unit_code="U1", objective="MT9", rating="S")
    with pytest.raises(Refused):
        drill.do("rate_objective", who, unit_code="U2", objective="MT1", rating="S")


def test_a_finding_sent_twice_is_kept_once(drill):
    words = {"kind": "strength", "text": "Trực ban ghi sổ đủ", "key": "a" * 32}
    for _time in range(2):
        drill.do("record_finding", drill.actor("evaluator"), **words)
    [found] = Finding.objects.all()
    assert found.unit.code == "U1"  # who stands with a unit speaks of it
    assert drill.exercise.journal.filter(kind="observation_recorded").count() == 1


def test_a_unit_reads_its_own_evaluation_once_it_is_published_and_no_other(drill):
    rated(drill, 1, "M", "Nhận tin muộn")
    drill.do(
        "record_finding", drill.actor("evaluator"), kind="improvement", text="Thiếu người trực"
    )
    path = f"/x/{drill.exercise.code}/inbox/evaluation/"
    own, other = as_(drill.user("staff", "U1")), as_(drill.user("staff", "U2"))
    with drill.at_now():
        assert own.get(path).status_code == 404
        drill.do("publish_evaluation")
        page = own.get(path).content.decode()
        assert "Nhận tin muộn" in page
        assert "Thiếu người trực" in page
        assert "Nhận tin muộn" not in other.get(path).content.decode()
        drill.do("withdraw_evaluation")
        assert own.get(path).status_code == 404


def test_it_goes_on_after_endex_and_ends_when_the_exercise_is_closed(drill):
    drill.do("end")
    rated(drill, 1, "P")
    drill.do("close")
    with pytest.raises(Refused):
        rated(drill, 1, "S")
