"""Commands on the after-action report: begun, written, reviewed, given back, signed; after ENDEX.

They go through the door of all commands, but write no entry: a report is about the journal (see
``exercise.models.report``), which a closed file takes nothing into anyway. Who did what and when
stands in the version itself.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from exercise.clock import wall_us
from exercise.conduct.base import COMMANDS, Actor, admitted
from exercise.conduct.phases import need_reason
from exercise.conduct.refused import Refused
from exercise.conduct.telling import told
from exercise.conduct.transitions import carry_out
from exercise.models import (
    Chapter,
    Exercise,
    Participant,
    ReportState,
    ReportVersion,
    verify,
)
from exercise.models.exercise import OVER
from units.roles import ALLOWED
from units.text import canonical

P = ParamSpec("P")

LONGEST_CHAPTER = 20_000
"""Characters."""


class Reporting:
    """One command under way: the locked exercise, and who gives it when."""

    def __init__(self, exercise: Exercise, by: Actor) -> None:
        self.exercise = exercise
        self.by = by
        self.now_wall_us = wall_us()

    def version(self, number: int) -> ReportVersion:
        """A version of this exercise's report, or a refusal."""
        try:
            return ReportVersion.objects.get(exercise=self.exercise, number=number)
        except ReportVersion.DoesNotExist:
            raise Refused("unknown", _("Không có bản báo cáo này.")) from None


def reporting(
    body: Callable[Concatenate[Reporting, P], ReportVersion],
) -> Callable[Concatenate[int, Actor, P], ReportVersion]:
    """Make a body into a command of ``COMMANDS``, called as all are: ``(exercise_id, by, …)``.

    One transaction, which locks the exercise so that its versions change one after the other.
    """
    name = body.__name__

    @wraps(body)
    def run(exercise_id: int, by: Actor, *args: P.args, **kwargs: P.kwargs) -> ReportVersion:
        written: list[ReportVersion] = []
        with (
            told(name, written, exercise_id=exercise_id, user_id=by.user_id),
            transaction.atomic(),
        ):
            exercise = admitted(exercise_id, by, name=name, when=OVER, stopped=True)
            found = body(Reporting(exercise, by), *args, **kwargs)
            written.append(found)
            return found

    COMMANDS[name] = run
    return cast(Callable[Concatenate[int, Actor, P], ReportVersion], run)


@reporting
def begin_report(reporting: Reporting) -> ReportVersion:
    """Begin a version, with the words of the one before.

    Raises:
        Refused: ``already`` where one is being written or reviewed.
    """
    exercise, by = reporting.exercise, reporting.by
    known = ReportVersion.objects.filter(exercise=exercise)
    if known.exclude(state=ReportState.SIGNED).exists():
        raise Refused("already", _("Đang có một bản báo cáo chưa ký."))
    last = known.aggregate(last=Max("number"))["last"] or 0
    before = known.filter(number=last).first()
    return ReportVersion.objects.create(
        exercise=exercise,
        number=last + 1,
        narrative=before.narrative if before else {},
        author_id=by.user_id,
        author_name=by.name,
        writer_ids=[by.user_id],
        written_wall_us=reporting.now_wall_us,
    )


@reporting
def write_report(
    reporting: Reporting, *, number: int, chapter: str, text: str, revision: int
) -> ReportVersion:
    """Write one chapter of a draft.

    Args:
        chapter: one of ``Chapter``.
        text: ``[[123]]`` in it is a reference to entry 123 of the journal.
        revision: how often the chapter had been written when the page was drawn.

    Raises:
        Refused: ``unknown``, ``wrong_state``, ``too_long``; ``stale`` where somebody else wrote
            the chapter meanwhile, and other words.
    """
    version = reporting.version(number)
    if chapter not in Chapter.values:
        raise Refused("unknown", _("Báo cáo không có mục này."))
    if version.state != ReportState.DRAFT:
        raise Refused(
            "wrong_state",
            _("Bản %(number)d %(state)s, không sửa được nữa.")
            % {"number": number, "state": version.get_state_display()},
        )
    text = canonical(text).strip()
    if len(text) > LONGEST_CHAPTER:
        raise Refused("too_long", _("Viết gọn lại, nhiều nhất %d ký tự.") % LONGEST_CHAPTER)
    if text == version.narrative.get(chapter, ""):
        return version
    if version.revisions.get(chapter, 0) != revision:
        raise Refused(
            "stale",
            _("Người khác vừa sửa mục này, nội dung của bạn chưa được lưu."),
            _("Chép lại phần đã viết, tải lại trang rồi bổ sung."),
        )
    version.narrative = {**version.narrative, chapter: text}
    version.revisions = {**version.revisions, chapter: revision + 1}
    version.author_id, version.author_name = cast(int, reporting.by.user_id), reporting.by.name
    version.writer_ids = sorted({*version.writer_ids, reporting.by.user_id})
    version.written_wall_us = reporting.now_wall_us
    version.save()
    return version


@reporting
def review_report(reporting: Reporting, *, number: int) -> ReportVersion:
    """Agree with a draft that another person wrote.

    Raises:
        Refused: ``empty``; ``own_words`` where the reviewer wrote in it, as long as somebody else
            could review it.
    """
    version, by = reporting.version(number), reporting.by
    if not any(version.narrative.values()):
        raise Refused("empty", _("Báo cáo chưa có phần đánh giá nào."))
    if own_words(version, by.user_id):
        raise Refused(
            "own_words",
            _("Người viết báo cáo không tự thẩm tra."),
            _("Nhờ một người khác trong ban đạo diễn thẩm tra."),
        )
    carry_out(version, "review")
    version.reviewer_id, version.reviewer_name = by.user_id, by.name
    version.reviewed_wall_us, version.returned_reason = reporting.now_wall_us, ""
    version.save()
    return version


def own_words(version: ReportVersion, user_id: int | None) -> bool:
    """Whether this person wrote in a version that somebody else could review."""
    if user_id not in version.writer_ids:
        return False
    reviewers = Participant.objects.filter(
        exercise_id=version.exercise_id,
        role__in=ALLOWED["review_report"],
        user__is_active=True,
    )
    return reviewers.exclude(user_id__in=version.writer_ids).exists()


@reporting
def return_report(reporting: Reporting, *, number: int, reason: str) -> ReportVersion:
    """Give a reviewed version back to its author, for this reason."""
    version = reporting.version(number)
    reason = need_reason(canonical(reason))
    carry_out(version, "give_back")
    version.returned_reason = reason
    version.reviewer_id, version.reviewer_name, version.reviewed_wall_us = None, "", None
    version.save()
    return version


@reporting
def sign_report(reporting: Reporting, *, number: int) -> ReportVersion:
    """Sign a reviewed version: it takes the head of the journal as it is now, and its own hash.

    Raises:
        Refused: ``journal_broken`` where the journal's chain does not hold.
    """
    version, exercise, by = reporting.version(number), reporting.exercise, reporting.by
    verdict = verify(exercise)
    if not verdict.verified:
        raise Refused(
            "journal_broken",
            _("Nhật ký không còn nguyên vẹn từ mục %(seq)d, nên không ký được báo cáo.")
            % {"seq": verdict.broken_seq or 0},
            _("Kiểm tra chuỗi ở trang Nhật ký và báo quản trị hệ thống."),
        )
    carry_out(version, "sign")
    version.signer_id, version.signer_name = by.user_id, by.name
    version.signed_wall_us = reporting.now_wall_us
    version.journal_seq, version.journal_head = exercise.journal_seq, exercise.journal_head
    version.content_hash = version.digest()
    version.save()
    return version
