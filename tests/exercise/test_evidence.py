"""Which reports stand at which expected action, and the facts beside them."""

from __future__ import annotations

import pytest
from django.urls import reverse

from exercise.models import Attachment, Report
from exercise.situation import evidence
from tests.factories import Drill, entry, make_drill
from tests.screens.test_who_may_what import as_

pytestmark = pytest.mark.django_db
ACTIONS = (
    "Cử tổ kiểm tra, báo cáo ngay",
    "Lập danh sách 14 kho kèm mức nguy hiểm",
    "Báo cáo Ban Giám đốc kết quả từng kho",
)


@pytest.fixture
def drill() -> Drill:
    expected = [{"vi": words, "en": ""} for words in ACTIONS]
    injects = [entry("1.08", 5, ["U1"], expected_actions=expected, complete_within_s=3600)]
    made = make_drill(units=1, injects=injects, started=True)
    made.later(5).sweep()
    return made


def told(drill: Drill, text: str, *, abstract: str = "", file: str = "") -> Report:
    made = Report.objects.create(
        tasking=drill.tasking("1.08", "U1"),
        author_name="Trưởng phòng",
        at_us=0,
        at_wall_us=0,
        text=text,
        document={"abstract": abstract} if abstract else {},
    )
    if file:
        of = {"tasking": made.tasking, "report": made}
        Attachment.objects.create(**of, name=file, size=1, sha256="0" * 64)
    return made


@pytest.mark.parametrize(
    ("text", "more", "at"),
    [
        ("Tổ kiểm tra đi lúc 09:34.", {}, {0}),
        ("Gửi kèm.", {"file": "DANH SÁCH kho.xlsx"}, {1}),
        ("Gửi kèm.", {"file": "danh_sách.xlsx"}, {1}),
        ("Đã có danh sách; kết quả gửi Giám đốc.", {}, {1, 2}),
        ("Gửi văn bản.", {"abstract": "Kết quả kiểm tra"}, {0, 2}),
        ("Báo cáo đúng giờ.", {}, set()),  # two of the actions say it
        ("Cử người đi. Tổ về rồi.", {}, set()),  # not across the end of a sentence
        ("", {}, set()),
    ],
)
def test_a_report_stands_at_the_actions_it_speaks_of(
    drill: Drill, text: str, more: dict[str, str], at: set[int]
) -> None:
    report = told(drill, text, **more)
    found = evidence.by_action(ACTIONS, [report])
    assert {place for place, reports in enumerate(found) if report in reports} == at


def test_decomposed_letters_are_the_same_letters() -> None:
    assert evidence.pairs("danh sa\u0301ch") == evidence.pairs("Danh sách") != frozenset()


def test_each_action_is_judged_beside_its_facts(drill: Drill) -> None:
    pk = drill.tasking("1.08", "U1").pk
    drill.later(21).do("acknowledge", drill.actor("lead", "U1"), tasking_id=pk)
    told(drill, "Tổ kiểm tra đi lúc 07:34.", file="<b>.pdf")
    with drill.at_now():
        path = reverse("evaluate_tasking", args=[drill.exercise.code, pk])
        page = as_(drill.user("evaluator", "U1")).get(path).content.decode()
    places = [one.partition("</ul>")[0] for one in page.split('<ul class="evidence')[1:]]
    assert len(places) == len(ACTIONS)
    for place in places:
        assert "21:00" in place  # to acknowledge, of the ten minutes allowed
        assert "cho phép" in place
    assert "Tổ kiểm tra đi lúc 07:34." in places[0]
    assert "&lt;b&gt;.pdf" in places[0]
    assert all("Chưa có báo cáo nói tới việc này." in place for place in places[1:])
