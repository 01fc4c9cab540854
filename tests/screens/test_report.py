"""The report's pages: who reads what, writing it, its files, its link."""

from __future__ import annotations

import re

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from exercise.chores import report_files
from exercise.models import FileState, ReportFile, ReportVersion
from exercise.screens import report_share
from tests.factories import make_drill
from tests.review.scene import SUMMARY, over, signed, tamper, wrote
from units.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def drill():
    return over()


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def at(drill, name="report", *args):
    return reverse(name, args=[drill.exercise.code, *args])


def read(drill, role="director", **query):
    return as_(drill.user(role)).get(at(drill), query)


def said(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


# ── reading ─────────────────────────────────────────────────────────────────────────────────────
def test_the_page_says_what_was_found_before_it_shows_it(drill):
    page = said(read(drill))
    findings = [
        "Giai đoạn 1 kết thúc sớm 5 phút (vượt cổng theo quyết định)",
        "1/2 đơn vị có trung vị trong hạn 10 phút",
        "1 nhận xét khác.",
    ]
    places = [page.index(finding) for finding in findings]
    assert places == sorted(places)
    assert page.index("Giai đoạn 1 kết thúc") < page.index('class="ch ch-plan"')


def test_a_mark_leads_to_its_moment_and_says_what_it_is(drill):
    page = read(drill).content.decode()
    seq = drill.exercise.journal.get(kind="tasking_acknowledged", unit_code="U2").seq
    (mark,) = re.findall(rf'<a class="mk"[^>]*at={seq}"[^>]*>', page)
    assert 'aria-label="1.01 ' in mark
    assert "ĐV U2 · 18:00 · quá hạn" in mark


def test_what_evaluators_wrote_is_words_and_never_markup(drill):
    page = read(drill).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(&#x27;ễ&#x27;)&lt;/script&gt; &amp; đã muộn" in page


def test_there_is_no_inline_style_for_the_policy_to_refuse(drill):
    assert not re.search(r"\sstyle=|<style", read(drill).content.decode())


def test_a_tampered_journal_is_told_before_the_title(drill):
    tamper(drill)
    page = said(read(drill))
    warning = page.index("Nhật ký không còn nguyên vẹn từ mục 4 (nội dung đã bị sửa)")
    assert warning < page.index("<h1>")


@pytest.mark.parametrize("status", ["running", "over", "published", "signed"])
def test_who_reads_it_when(status):
    drill = make_drill(2, started=True) if status == "running" else over(rated=False)
    if status == "signed":
        signed(drill)
    if status != "running":
        wrote(drill, summary="Bản nháp sau")
    if status in ("published", "signed"):
        drill.do("publish_evaluation")
    answers = {
        role: read(drill, role).status_code
        for role in ("director", "controller", "evaluator", "lead", "staff", "observer")
    }
    others = 200 if status == "signed" else 403
    evaluator = 403 if status == "running" else 200
    assert answers == {
        "director": 200,
        "controller": 200,
        "evaluator": evaluator,
        "lead": others,
        "staff": others,
        "observer": others,
    }


def test_units_read_the_signed_version_and_no_draft(drill):
    signed(drill, summary="Bản đã ký")
    wrote(drill, summary="Bản nháp thứ hai")
    drill.do("publish_evaluation")
    page = said(read(drill, "lead"))
    assert "Bản đã ký" in page
    assert "Bản nháp thứ hai" not in page
    assert read(drill, "lead", version=2).status_code == 404
    assert "Bản nháp thứ hai" in said(read(drill, version=2))


@pytest.mark.parametrize("number", ["9", "x", "-1", "1" * 400])
def test_a_version_that_there_is_not_is_not_found(drill, number):
    assert read(drill, version=number).status_code == 404


def test_the_bar_offers_the_report_to_those_who_may_read_it(drill):
    link = f'href="{at(drill)}"'
    assert link in as_(drill.user("director")).get(at(drill, "console")).content.decode()
    assert link not in as_(drill.user("observer")).get(at(drill, "board")).content.decode()


def test_of_very_many_injects_the_page_shows_what_did_not_go_as_planned(drill, monkeypatch):
    monkeypatch.setattr("exercise.screens.report.MOST_INJECTS", 2)
    page = said(read(drill))
    assert "Không kể 1 tin đúng hạn; tệp xuất ra có đủ." in page
    assert page.count('<td class="" data-label="Tiêu đề">') == 2


def test_the_queries_of_the_page_do_not_grow_with_the_drill(drill, django_assert_max_num_queries):
    signed(drill)
    client = as_(drill.user("director"))
    client.get(at(drill))
    with django_assert_max_num_queries(30):
        client.get(at(drill))


# ── writing ─────────────────────────────────────────────────────────────────────────────────────
def write(drill, role="director", **fields):
    data = {"number": 1, "chapter": "summary", "text": SUMMARY, "revision": 0} | fields
    return as_(drill.user(role)).post(at(drill, "report_write"), data)


def test_a_chapter_is_saved_as_it_is_written_and_read_with_its_moments(drill):
    wrote(drill)
    answer = write(drill)
    page = said(answer)
    assert answer.status_code == 200
    assert 'name="revision" value="1"' in page
    assert "Đã lưu." in page
    assert f'href="{at(drill)[: -len("report/")]}replay/?at=2"' in page
    assert "[[999999]]" in page  # no such entry: as it was typed
    assert "&lt;b&gt;chậm&lt;/b&gt;" in page
    assert "Diễn tập đạt yêu cầu; xem" in said(read(drill))


def test_a_conflict_keeps_what_was_written_on_the_page(drill):
    wrote(drill, summary="Của người khác")
    answer = write(drill)
    assert answer.status_code == 409
    assert "nội dung của bạn chưa được lưu" in said(answer)
    assert 'name="revision" value="0"' in said(answer)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"number": "x"}, 422),
        ({"text": "x" * 20_001}, 422),
        ({"text": "a\x00b"}, 422),
        ({"revision": -1}, 422),
        ({"chapter": "nowhere"}, 404),
        ({"number": 7}, 409),
    ],
)
def test_what_is_not_valid_is_said_and_never_an_error(drill, fields, status):
    wrote(drill)
    assert write(drill, **fields).status_code == status


def test_only_control_writes(drill):
    wrote(drill)
    assert write(drill, "evaluator").status_code == 403
    assert "write-summary" in said(read(drill))
    assert "write-summary" not in said(read(drill, "evaluator"))


def test_a_signed_version_is_shown_with_its_hash_and_is_not_written(drill):
    version = signed(drill)
    page = said(read(drill))
    assert version.journal_head in page
    assert version.content_hash in page
    assert "write-summary" not in page
    assert write(drill, revision=1, text="Khác").status_code == 409


def test_it_is_begun_reviewed_and_signed_from_the_page(drill):
    director, controller = as_(drill.user("director")), as_(drill.user("controller"))

    def do(client, command, **data):
        return client.post(at(drill, "do", command), {"next": at(drill), **data}, follow=True)

    assert "begin_report" in said(director.get(at(drill)))
    assert "Đã mở bản báo cáo 1." in said(do(director, "begin_report"))
    write(drill)
    assert "review_report" not in said(director.get(at(drill)))  # their own words
    assert "Đã thẩm tra bản 1." in said(do(controller, "review_report", number=1))
    assert "sign_report" not in said(controller.get(at(drill)))
    assert "Đã ký bản 1." in said(do(director, "sign_report", number=1))
    assert ReportVersion.objects.get().state == "signed"


# ── files ───────────────────────────────────────────────────────────────────────────────────────
def export(drill, form, role="director", **data):
    return as_(drill.user(role)).post(at(drill, "report_export"), {"form": form} | data)


def test_a_short_report_is_downloaded_at_once(drill):
    answer = export(drill, "html")
    made = ReportFile.objects.get()
    assert answer.url == at(drill, "report_file", made.uuid)
    file = as_(drill.user("director")).get(answer.url)
    assert file["Content-Disposition"] == (
        f'attachment; filename="{drill.exercise.code}-report-vi.html"'
    )
    assert "sandbox" in file["Content-Security-Policy"]
    assert b"".join(file.streaming_content).startswith(b"<!doctype html>")


def test_a_long_report_is_waited_for(drill, monkeypatch):
    asked = []
    monkeypatch.setattr(report_files, "SHORT", 1)
    monkeypatch.setattr("exercise.celery.app.send_task", lambda *_, args, **__: asked.append(args))
    answer = export(drill, "json")
    made = ReportFile.objects.get()
    client = as_(drill.user("director"))
    assert answer.url == at(drill, "report_progress", made.uuid)
    assert "<progress" in said(client.get(answer.url))
    assert client.get(at(drill, "report_file", made.uuid)).status_code == 404
    assert asked == [[made.pk]]
    report_files.make(made.pk)
    assert at(drill, "report_file", made.uuid) in said(client.get(answer.url))


def test_a_file_of_which_nothing_was_heard_is_asked_for_again(drill, monkeypatch):
    monkeypatch.setattr(report_files, "SHORT", 1)
    monkeypatch.setattr("exercise.celery.app.send_task", lambda *_, **__: None)
    answer = export(drill, "json")
    asked = []
    monkeypatch.setattr("exercise.celery.app.send_task", lambda *_, args, **__: asked.append(args))
    client = as_(drill.user("director"))
    client.get(answer.url)
    assert asked == []
    ReportFile.objects.update(asked_wall_us=0)
    client.get(answer.url)
    assert len(asked) == 1


def test_without_a_worker_the_request_makes_it(drill, monkeypatch):
    from kombu.exceptions import OperationalError

    def nobody(*_, **__):
        raise OperationalError

    monkeypatch.setattr(report_files, "SHORT", 1)
    monkeypatch.setattr("exercise.celery.app.send_task", nobody)
    assert export(drill, "json").url == at(drill, "report_file", ReportFile.objects.get().uuid)


def test_a_file_that_cannot_be_made_is_told(drill, monkeypatch):
    monkeypatch.setattr(report_files, "written", lambda *_: 1 / 0)
    answer = export(drill, "json")
    assert ReportFile.objects.get().state == FileState.FAILED
    assert "chưa tạo được tệp" in said(as_(drill.user("director")).get(answer.url))


def test_each_downloads_their_own_and_for_a_day(drill):
    export(drill, "json")
    made = ReportFile.objects.get()
    for name in ("report_progress", "report_file"):
        assert as_(drill.user("controller")).get(at(drill, name, made.uuid)).status_code == 404
    ReportFile.objects.update(created_at=timezone.now() - report_files.KEPT * 2)
    path = made.file.path
    export(drill, "html")
    assert list(ReportFile.objects.values_list("form", flat=True)) == ["html"]
    with pytest.raises(FileNotFoundError):
        open(path, "rb").close()


@pytest.mark.parametrize("data", [{"form": "exe"}, {"form": ""}, {"form": "json", "version": 5}])
def test_no_other_file_is_made(drill, data):
    form = data.pop("form")
    assert export(drill, form, **data).status_code == 404
    assert not ReportFile.objects.exists()


def test_who_may_not_read_it_gets_no_file(drill):
    assert export(drill, "json", "lead").status_code == 403


# ── the link ────────────────────────────────────────────────────────────────────────────────────
def shared(drill, number=1):
    answer = as_(drill.user("director")).post(at(drill, "report_share"), {"version": number})
    return re.search(r'value="http://testserver(/report/[^"]+)"', answer.content.decode())


def test_a_signed_report_is_read_by_its_link_without_a_way_further_in(drill):
    signed(drill)
    answer = Client().get(shared(drill)[1])
    page = said(answer)
    assert answer.status_code == 200
    assert "Diễn tập đạt yêu cầu; xem" in page
    assert "/replay/" not in page
    assert "/x/" not in page
    assert answer["X-Robots-Tag"] == "noindex"


def test_a_draft_has_no_link(drill):
    wrote(drill, summary="Nháp")
    assert shared(drill) is None
    token = signing.dumps([drill.exercise.pk, 1], salt="exercise.report")
    assert Client().get(reverse("report_shared", args=[token])).status_code == 404


@pytest.mark.parametrize("value", ["x", [1], {"a": 1}, ["x", "y"], None, [1, 2, 3]])
def test_no_other_token_opens_anything(drill, value):
    signed(drill)
    for token in (signing.dumps(value, salt="exercise.report"), signing.dumps(value), "x:y:z"):
        assert Client().get(reverse("report_shared", args=[token])).status_code == 404


def test_a_link_ends(drill, monkeypatch):
    signed(drill)
    link = shared(drill)[1]
    monkeypatch.setattr(report_share, "DAYS", -1)
    assert Client().get(link).status_code == 410
