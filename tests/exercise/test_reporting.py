"""The report as a document: written, reviewed by another person, signed for good."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from exercise.models import Participant, ReportVersion
from exercise.review.report import build_report
from tests.factories import make_drill, refuses
from tests.review.scene import CONCLUSION, SUMMARY, over, signed, tamper, wrote

pytestmark = pytest.mark.django_db


@pytest.fixture
def drill():
    return over()


def test_a_version_is_written_reviewed_and_signed(drill):
    version = signed(drill)
    drill.fresh()
    assert (version.number, version.state) == (1, "signed")
    assert version.narrative == {"summary": SUMMARY, "conclusion": CONCLUSION}
    assert version.journal_head == drill.exercise.journal_head != ""
    assert version.journal_seq == drill.exercise.journal_seq
    assert version.content_hash == version.digest()
    assert version.reviewer_name != version.signer_name


def test_nothing_about_a_report_is_written_to_the_journal(drill):
    before = drill.kinds
    signed(drill)
    assert drill.kinds == before
    drill.do("close")
    assert wrote(drill, summary="Bổ sung sau khi đóng hồ sơ").number == 2


def test_a_report_is_begun_when_the_drill_is_over(drill):
    running = make_drill(1, started=True)
    with refuses("wrong_status"):
        running.do("begin_report")


def test_one_version_is_open_at_a_time_and_the_next_one_takes_over_the_words(drill):
    wrote(drill, summary="Một")
    with refuses("already"):
        drill.do("begin_report")
    signed(drill, conclusion="Hai")
    second = drill.do("begin_report")
    assert (second.number, second.narrative) == (2, {"summary": "Một", "conclusion": "Hai"})


def test_who_wrote_does_not_review_while_somebody_else_could(drill):
    version = wrote(drill, summary="Một")
    with refuses("own_words"):
        drill.do("review_report", number=version.number)
    controller = drill.actor("controller")
    wrote(drill, controller, summary="Một và hai")
    with refuses("own_words"):  # there is a second director who wrote nothing
        drill.do("review_report", controller, number=version.number)
    others = Participant.objects.filter(exercise=drill.exercise, role="director").order_by("pk")
    others[1].delete()
    assert drill.do("review_report", number=version.number).state == "reviewed"


def test_a_reviewed_version_is_given_back_for_a_reason(drill):
    version = wrote(drill, summary="Một")
    drill.do("review_report", drill.actor("controller"), number=version.number)
    with refuses("wrong_state"):
        wrote(drill, summary="Hai")
    with refuses("reason"):
        drill.do("return_report", number=version.number, reason=" ")
    back = drill.do("return_report", number=version.number, reason="Thiếu số liệu của đơn vị U2")
    assert (back.state, back.reviewer_name) == ("draft", "")
    assert back.returned_reason == "Thiếu số liệu của đơn vị U2"
    assert wrote(drill, summary="Hai").narrative["summary"] == "Hai"


def test_words_that_somebody_else_wrote_meanwhile_are_not_overwritten(drill):
    version = wrote(drill, summary="Một")
    at = {"number": version.number, "chapter": "summary"}
    drill.do("write_report", drill.actor("controller"), text="Của tôi", revision=1, **at)
    with refuses("stale"):
        drill.do("write_report", text="Của người khác", revision=1, **at)
    # The same words sent twice, as after a lost answer, are no conflict.
    drill.do("write_report", text="Của tôi", revision=1, **at)
    assert drill.do("write_report", text="Của cả hai", revision=2, **at).revisions == {"summary": 3}


@pytest.mark.parametrize(
    ("command", "arguments", "code"),
    [
        ("write_report", {"number": 1, "chapter": "x", "text": "", "revision": 0}, "unknown"),
        ("write_report", {"number": 9, "chapter": "summary", "text": "", "revision": 0}, "unknown"),
        (
            "write_report",
            {"number": 1, "chapter": "summary", "text": "x" * 20_001, "revision": 0},
            "too_long",
        ),
        ("review_report", {"number": 1}, "empty"),
        ("sign_report", {"number": 1}, "wrong_state"),
        ("return_report", {"number": 1, "reason": "Chưa đủ số liệu"}, "wrong_state"),
    ],
)
def test_what_cannot_be_done_is_refused(drill, command, arguments, code):
    wrote(drill)
    with refuses(code):
        drill.do(command, **arguments)


def test_a_broken_journal_is_not_signed(drill):
    version = wrote(drill, summary="Một")
    drill.do("review_report", drill.actor("controller"), number=version.number)
    tamper(drill)
    with refuses("journal_broken"):
        drill.do("sign_report", number=version.number)


@pytest.mark.parametrize("how", ["update", "delete"])
def test_the_database_refuses_to_change_a_signed_version(drill, how):
    kept = ReportVersion.objects.filter(pk=signed(drill).pk)
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        kept.update(author_name="Ai đó") if how == "update" else kept.delete()
    wrote(drill, summary="Bản sau vẫn sửa được")
    assert ReportVersion.objects.filter(state="draft").update(author_name="Ai đó") == 1


def test_a_signed_version_reports_on_the_journal_as_it_was_signed(drill):
    version = signed(drill)
    before = build_report(drill.fresh(), version=version)
    assert before.narrative.notice == ""
    drill.do(
        "rate", drill.actor("evaluator"), tasking_id=drill.tasking("1.01", "U1").pk, rating="P"
    )
    after = build_report(drill.fresh(), version=version)
    assert after.objectives == before.objectives
    assert after.head.journal_head == version.journal_head
    assert after.narrative.notice == "Sau khi ký, nhật ký có thêm 1 mục, không tính trong bản này."
    assert build_report(drill.exercise).objectives != before.objectives


def test_a_version_changed_past_its_signature_is_told(drill):
    version = signed(drill)
    assert build_report(drill.fresh(), version=version).warnings == ()
    version.narrative = {**version.narrative, "summary": "Khác"}
    report = build_report(drill.exercise, version=version)
    assert report.warnings == ("Nội dung bản 1 đã bị sửa sau khi ký.",)
    assert report.findings[0] == report.warnings[0]


def test_another_journal_than_the_one_signed_is_told(drill):
    version = signed(drill)
    version.journal_head = "0" * 64
    version.content_hash = version.digest()
    (warning,) = build_report(drill.fresh(), version=version).warnings
    assert warning.startswith("Nhật ký không còn là nhật ký mà bản 1 được ký")
