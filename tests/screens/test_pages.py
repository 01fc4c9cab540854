"""What each page must show, in both languages, and how its answers are made."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.urls import reverse

from exercise.models import Exercise
from tests.factories import entry, make_drill
from tests.screens.test_who_may_what import Scene, as_, kept, undone

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: Any) -> Iterator[Scene]:
    with kept(django_db_blocker):
        with django_db_blocker.unblock():
            made = Scene()
        yield made


def at(scene: Scene, name: str, *args: Any) -> str:
    return reverse(name, args=[scene.drill.exercise.code, *args])


def get(scene: Scene, who: str, path: str, language: str = "vi", **headers: str) -> Any:
    return scene.ask(who, "GET", path, headers={"Accept-Language": language} | headers)


def text(answer: Any) -> str:
    if answer.streaming:
        return b"".join(answer.streaming_content).decode()
    return str(answer.content.decode())


SHOWN = {
    "console": (
        "director",
        ("Điều hành", "Sắp phát", "Dòng thời gian MSEL", "Nhật ký", "ĐV U1", "1.04"),
        ("Unit U1", "1.04", "Inject 1.04"),
    ),
    "console_inject": (
        "director",
        ("Tin 1.02", "Nội dung 1.02", "Ban Chỉ đạo", "Đang làm.", "anh.pdf"),
        ("Inject 1.02", "Content 1.02"),
    ),
    "console_unit": ("controller", ("ĐV U1", "1.01", "1.03"), ("Unit U1", "1.01")),
    "console_add": ("controller", ("Thêm tình huống", "ĐV U1", "ĐV U2"), ("Unit U1",)),
    "console_find": ("director", ("Tìm đơn vị",), ()),
    "console_overdue": ("director", ("Tin quá giờ phát",), ()),
    "journal": ("director", ("Nhật ký diễn tập", "CSV", "JSON", "ĐV U1"), ("Unit U1",)),
    "people": ("director", ("Người tham gia", "Trưởng đơn vị"), ()),
    "inbox": (
        "lead",
        ("Đơn vị U1", "Cần làm ngay", "Đang làm", "Đã nhận tin", "Tin 1.01"),
        ("Unit U1", "Inject 1.01"),
    ),
    "tasking": (
        "staff",
        ("Nội dung 1.02", "Ban Chỉ đạo", "Gửi báo cáo", "Hoàn thành", "DIỄN TẬP"),
        ("Content 1.02", "Control"),
    ),
    "unit_log": ("staff", ("Nhật ký", "1.02"), ("1.02",)),
    "evaluate": ("evaluator", ("Đánh giá", "1.02"), ("1.02",)),
    "evaluate_tasking": ("evaluator", ("Tin 1.02", "Đạt tốt"), ("Inject 1.02",)),
    "evaluate_unit": ("evaluator", ("Cả đơn vị", "Ghi nhận xét", "anh.png"), ("U1",)),
    "evaluation": ("controller", ("Kết quả đánh giá", "Đã công bố", "MT1"), ("MT1", "Unit U1")),
    "evaluation_unit": ("controller", ("Đơn vị U1", "Trực ban ghi sổ đủ", "anh.png"), ("Unit U1",)),
    "unit_evaluation": ("staff", ("Kết quả đánh giá", "Trực ban ghi sổ đủ"), ("Trực ban",)),
    "board": ("observer", ("ĐV U1", "ĐV U2", "Hạn kế tiếp", "quá hạn"), ("Unit U1",)),
    "board_public": ("anonymous", ("ĐV U1", "Giờ diễn tập"), ("Unit U1",)),
}


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("name", sorted(SHOWN))
def test_a_page_shows_what_it_is_for(scene: Scene, name: str, language: str) -> None:
    who, vietnamese, english = SHOWN[name]
    page = text(get(scene, who, scene.path(name), language))
    assert f'<html lang="{language}"' in page
    for words in vietnamese if language == "vi" else english:
        assert words in page, words
    if language == "en":
        assert "Sắp phát" not in page
        assert "Nhật ký" not in page


def test_every_page_of_an_exercise_says_that_it_is_one(scene: Scene) -> None:
    for name, (who, _vi, _en) in SHOWN.items():
        assert "KHÔNG PHẢI TÌNH HUỐNG THẬT" in text(get(scene, who, scene.path(name))), name


# ── live answers ────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("name", "who", "audience"),
    [
        ("console_live", "director", "control.vi"),
        ("inbox_live", "lead", "unit-U1.vi"),
        ("evaluate_live", "evaluator", "evaluation-U1.vi"),
        ("evaluation_live", "controller", "evaluated.vi"),
        ("evaluation_unit_live", "controller", "evaluated.vi"),
        ("board_live", "observer", "board.vi"),
        ("board_public_live", "anonymous", "board.vi"),
    ],
)
def test_a_live_answer_tells_the_page_how_to_join_the_stream(
    scene: Scene, name: str, who: str, audience: str, settings: Any, monkeypatch: Any
) -> None:
    from exercise.live import bus, tokens

    settings.LIVE_ENABLED = True
    monkeypatch.setattr(bus, "newest", lambda _exercise: ("17-0", 0))
    monkeypatch.setattr(bus, "set_board_stamp", lambda *_args: None)
    answer = get(scene, who, scene.path(name))
    assert answer["Live-Last"] == "17-0"
    assert tokens.read(answer["Live-Token"], scene.drill.exercise.pk).name == audience
    assert int(answer["Live-Now"]) == scene.drill.now // 1000
    assert answer["Cache-Control"] == "no-store"
    page = text(answer)
    assert 'hx-swap-oob="true"' in page
    assert "<html" not in page


def test_a_page_read_before_a_change_the_stream_has_drawn_is_read_again(
    scene: Scene, settings: Any, monkeypatch: Any
) -> None:
    from exercise.live import bus

    settings.LIVE_ENABLED = True

    def paused_meanwhile(exercise_id: int) -> tuple[str, int]:
        scene.drill.do("pause")
        return "17-0", Exercise.objects.values_list("journal_seq", flat=True).get(pk=exercise_id)

    monkeypatch.setattr(bus, "newest", paused_meanwhile)
    with undone():
        assert 'data-running="0"' in text(get(scene, "director", scene.path("console")))


def test_without_the_stream_a_live_answer_still_says_when_it_was_drawn(scene: Scene) -> None:
    answer = get(scene, "director", scene.path("console_live"))
    assert "Live-Token" not in answer
    assert int(answer["Live-Now"]) == scene.drill.now // 1000


# ── the public board ────────────────────────────────────────────────────────────────────────────
def test_the_share_link_is_the_only_key_and_stays_secret(scene: Scene) -> None:
    answer = get(scene, "anonymous", scene.path("board_public"))
    # "no-referrer" would have browsers send "Origin: null" with the language form: refused.
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Robots-Tag"] == "noindex"
    assert get(scene, "anonymous", "/board/khong-co/").status_code == 404


def test_a_revoked_link_opens_nothing(scene: Scene) -> None:
    old = [scene.path("board_public"), scene.path("board_public_live")]
    with undone():
        scene.ask("director", "POST", at(scene, "do", "revoke_board_link"))
        assert [get(scene, "anonymous", path).status_code for path in old] == [404, 404]
        fresh = Exercise.objects.get(pk=scene.drill.exercise.pk).board_token
        answer = get(scene, "anonymous", reverse("board_public", args=[fresh]))
        assert answer.status_code == 200


# ── the journal ─────────────────────────────────────────────────────────────────────────────────
def numbers(answer: Any) -> set[str]:
    return {row.entry.inject_number for row, _wall in answer.context["rows"]}


def test_the_journal_narrows_to_a_unit_or_an_inject(scene: Scene) -> None:
    journal = at(scene, "journal")
    assert numbers(get(scene, "director", f"{journal}?inject=1.02")) == {"1.02"}
    by_unit = get(scene, "director", f"{journal}?unit=U1").context["rows"]
    assert {row.entry.unit_code for row, _wall in by_unit} == {"U1"}
    assert get(scene, "director", f"{journal}?unit=KHONG").context["rows"] == []


def test_the_chain_is_checked_when_asked(scene: Scene) -> None:
    journal = at(scene, "journal")
    assert "Chuỗi nguyên vẹn" not in text(get(scene, "director", journal))
    assert "Chuỗi nguyên vẹn" in text(get(scene, "director", f"{journal}?verify=1"))
    with undone():
        Exercise.objects.filter(pk=scene.drill.exercise.pk).update(journal_head="0" * 64)
        assert "Chuỗi bị đứt" in text(get(scene, "director", f"{journal}?verify=1"))


FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1")


@pytest.mark.parametrize("formula", FORMULAS)
def test_the_csv_runs_no_formula(scene: Scene, formula: str) -> None:
    from exercise.conduct import COMMANDS, Actor

    with undone():
        by = Actor(name=formula, role="director", user_id=None)
        with scene.drill.at_now():
            COMMANDS["set_pace"](scene.drill.exercise.pk, by, rate_permille=4000)
        exported = text(get(scene, "director", at(scene, "journal_export", "csv")))
    rows = list(csv.reader(io.StringIO(exported.removeprefix("\ufeff"), newline="")))
    actor = rows[1].index("actor")
    assert rows[-1][actor] == f"'{formula}"
    assert not [cell for row in rows for cell in row if cell[:1] in tuple("=+-@\t\r") and cell]


def test_the_csv_opens_in_a_spreadsheet_and_says_what_it_is(scene: Scene) -> None:
    answer = get(scene, "director", at(scene, "journal_export", "csv"))
    exported = text(answer)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert exported.startswith("\ufeffDIỄN TẬP – KHÔNG PHẢI TÌNH HUỐNG THẬT")
    rows = list(csv.reader(io.StringIO(exported)))
    assert [row[0] for row in rows[2:]] == [
        str(n) for n in range(1, scene.drill.exercise.journal_seq + 1)
    ]


def test_the_jsonl_holds_what_the_chain_was_made_of(scene: Scene) -> None:
    exported = text(get(scene, "director", at(scene, "journal_export", "jsonl"))).splitlines()
    head, *records = [json.loads(line) for line in exported]
    assert head == {
        "exercise": scene.drill.exercise.code,
        "notice": "DIỄN TẬP – KHÔNG PHẢI TÌNH HUỐNG THẬT",
    }
    assert [one["previous"] for one in records[1:]] == [one["hash"] for one in records[:-1]]
    assert records[-1]["hash"] == scene.drill.exercise.journal_head
    other = at(scene, "journal_export", "xlsx")
    assert get(scene, "director", other).status_code == 404


# ── drawers ─────────────────────────────────────────────────────────────────────────────────────
DRAWERS = ["console_unit", "console_inject", "console_jump", "console_add", "console_overdue"]


@pytest.mark.parametrize("name", DRAWERS)
def test_a_drawer_is_a_fragment_for_htmx_and_a_page_without_it(scene: Scene, name: str) -> None:
    fragment = text(get(scene, "director", scene.path(name), **{"HX-Request": "true"}))
    page = text(get(scene, "director", scene.path(name)))
    assert "<html" not in fragment
    assert 'class="dr-h"' in fragment
    assert "<html" in page
    assert 'class="dr-h"' in page


@pytest.mark.parametrize(
    ("asked", "found", "left_out"),
    [
        ("1.04", "Tin 1.04", "Tin 1.03"),
        ("tin 1.04", "Tin 1.04", "Tin 1.03"),
        ("don vi u2", "Đơn vị U2", "Đơn vị U1"),
        ("INJECT 1.03", "Tin 1.03", "Tin 1.04"),
        ("voi trắng", "Không tìm thấy", "Tin 1.04"),
    ],
)
def test_the_director_finds_by_number_code_or_words(
    scene: Scene, asked: str, found: str, left_out: str
) -> None:
    page = text(get(scene, "director", f"{at(scene, 'console_find')}?q={quote(asked)}"))
    assert found in page
    assert left_out not in page


def test_a_preview_of_a_jump_names_what_it_passes_and_changes_nothing(scene: Scene) -> None:
    before, entries = scene.everything(), scene.drill.exercise.journal.count()
    path = at(scene, "console_jump")
    preview = text(get(scene, "director", f"{path}?to=%2B60"))
    assert "1.04" in preview
    assert "2.01" not in preview
    assert "Chỉ nhảy tới phía trước" in text(get(scene, "director", f"{path}?to=N1+07:01"))
    assert "Ghi giờ diễn tập" in text(get(scene, "director", f"{path}?to=mai"))
    assert get(scene, "director", f"{path}?to_phase_end=1").status_code == 200
    assert scene.everything() == before
    assert scene.drill.exercise.journal.count() == entries


def test_a_release_can_be_recalled_from_what_is_said_about_it(scene: Scene) -> None:
    with undone():
        inject = {"inject_id": scene.drill.inject("1.04").pk}
        client, htmx = scene.client("director"), {"HX-Request": "true"}
        with scene.drill.at_now():
            said = text(client.post(at(scene, "do", "release"), inject, headers=htmx))
            assert "Thu hồi" in said
            assert at(scene, "do", "recall") in said
            reason = re.search('name="reason" value="([^"]+)"', said)[1]
            client.post(at(scene, "do", "recall"), inject | {"reason": reason}, headers=htmx)
        assert scene.drill.inject("1.04").state == "recalled"


def test_a_unit_reads_that_its_inject_was_corrected(scene: Scene) -> None:
    with undone():
        inject = scene.drill.inject("1.02")
        words = {"title": inject.title, "content": inject.title}
        scene.drill.do("correct", inject_id=inject.pk, reason="Sai tên xã trong tin", **words)
        page = text(get(scene, "lead", scene.path("tasking")))
    assert "Sai tên xã trong tin" in page


def test_a_unit_left_behind_by_an_override_can_report_what_it_was_ordered() -> None:
    injects = [
        entry("1.01", 0, ["U1"], complete_within_s=1800),
        entry("2.01", 240, ["U1"], complete_within_s=1800, mandatory=True),
    ]
    drill = make_drill(units=1, injects=injects, started=True)
    drill.do("advance_phase", leaving="transition", override_reason="Theo lệnh Ban Chỉ đạo")
    drill.sweep()
    assert drill.tasking("2.01", "U1").open
    with drill.at_now():
        page = text(as_(drill.user("lead", "U1")).get(reverse("inbox", args=[drill.exercise.code])))
    assert "Báo cáo đơn vị hoàn thành" in page


def test_signing_in_is_asked_of_a_visitor_of_a_page(scene: Scene) -> None:
    with scene.drill.at_now():
        answer = as_(None).get(at(scene, "console"), follow=True)
    assert answer.redirect_chain == [(f"/?next={at(scene, 'console')}", 302)]
