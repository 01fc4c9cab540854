"""What the console says when injects missed their moment, and the one decision about them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse

from exercise.clock import frozen
from exercise.live.draw import draw
from exercise.timing.tasks import recover_after_outage
from tests.factories import MINUTE, SECOND, Drill, entry, make_drill
from tests.screens.test_who_may_what import as_

pytestmark = pytest.mark.django_db
LANGUAGES = ("vi", "en")


def get(
    drill: Drill, name: str, query: Any = None, *, language: str = "vi", htmx: bool = False
) -> str:
    headers = {"Accept-Language": language} | ({"HX-Request": "true"} if htmx else {})
    with drill.at_now():
        path = reverse(name, args=[drill.exercise.code])
        answer = as_(drill.user("director")).get(path, query or {}, headers=headers)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def command(drill: Drill, name: str, data: dict[str, Any], *, htmx: bool = True) -> Any:
    headers = {"HX-Request": "true"} if htmx else {}
    with drill.at_now():
        path = reverse("do", args=[drill.exercise.code, name])
        return as_(drill.user("director")).post(path, data, headers=headers)


def readers(frames: dict[str, str], words: str) -> set[str]:
    """The audiences that are told these words."""
    return {audience for audience, html in frames.items() if words in html}


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


# ── injects that missed their moment ────────────────────────────────────────────────────────────
@pytest.fixture
def queued() -> Drill:
    """Four that missed their moment, one due soon; the clock at 07:05:20."""
    injects = [entry(f"1.0{n}", n, ["U1"], complete_within_s=1800) for n in range(1, 5)]
    drill = make_drill(units=2, injects=[*injects, entry("1.05", 6, ["U1"])], started=True)
    drill.later(5, seconds=20).sweep()
    return drill


def queue_ids(drill: Drill) -> list[int]:
    queue = drill.exercise.injects.filter(overdue_wall_us__isnull=False)
    return list(queue.order_by("due_us").values_list("pk", flat=True))


def test_the_console_says_what_waits_and_where_it_is_decided(queued: Drill) -> None:
    text = get(queued, "console")
    assert "4 tin quá giờ phát, chờ quyết định." in text
    assert "<b>1.01</b> <b>1.02</b> <b>1.03</b> <b>1.04</b>" in text
    assert f'href="{reverse("console_overdue", args=[queued.exercise.code])}"' in text
    assert "4 injects missed their time and wait for a decision." in get(
        queued, "console", language="en"
    )


def test_the_next_inject_is_one_that_comes_by_itself(queued: Drill) -> None:
    head = get(queued, "console").split("Tin kế tiếp", 1)[1]
    assert head.split("</dd>", 1)[0].split("<dd>")[1].strip().startswith("1.05 ·")


def test_the_banner_comes_and_goes_with_the_stream(queued: Drill) -> None:
    frames = {frame.audience: frame.html for frame in draw(queued.exercise.pk, since_seq=None)[0]}
    assert "4 tin quá giờ phát" in frames["control.vi"]
    assert not [
        name for name, html in frames.items() if "overdue-open" in html and "control" not in name
    ]
    seq = queued.fresh().journal_seq
    queued.do("decide_overdue", inject_ids=queue_ids(queued), decision="hold")
    frames = {f.audience: f.html for f in draw(queued.exercise.pk, since_seq=seq)[0]}
    assert re.search(r'<div id="after" hx-swap-oob="true">\s*</div>', frames["control.vi"])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("htmx", [True, False], ids=["drawer", "page of its own"])
def test_each_choice_is_previewed_before_it_is_taken(
    queued: Drill, language: str, htmx: bool
) -> None:
    text = text_of(get(queued, "console_overdue", language=language, htmx=htmx))
    said = {
        "vi": (
            "1.01 Tin 1.01 ĐV U1 · lẽ ra phát 07:01",
            "Quyết định cho 4 tin",
            "Phát ngay",
            "Dồn nhất: ĐV U1 nhận 5 tin trong 2 phút diễn tập.",
            "gần 1.05 phát 07:06 tới ĐV U1",
            "Phát giãn cách 5 phút",
            "giờ thực 07:15:20 · hạn nhận 07:25 · hạn xong 07:45",
            "Tạm giữ (theo cách xử lý đã đặt) Các tin này được giữ lại",
            "Các tin này không phát nữa; có thể lấy lại từng tin.",
        ),
        "en": (
            "1.01 Inject 1.01 Unit U1 · was due 07:01",
            "Decision about 4 injects",
            "Release now",
            "Most at once: Unit U1 gets 5 injects within 2 exercise minutes.",
            "close to 1.05, due 07:06 for Unit U1",
            "Release spaced by 5 minutes",
            "wall time 07:15:20 · acknowledge by 07:25 · complete by 07:45",
            "Hold (proposed by the policy) They are held",
            "They are left out; each can be restored.",
        ),
    }
    for words in said[language]:
        assert words in text, words


def test_one_form_with_one_button_decides(queued: Drill) -> None:
    html = get(queued, "console_overdue")
    form = html.split('id="overdue-decide"')[1].split("</form>")[0]
    assert form.count("<button") == 1
    assert re.findall(r'name="inject_ids" value="(\d+)"', form) == [
        str(pk) for pk in queue_ids(queued)
    ]
    assert re.findall(r'value="(\w+)" checked', form) == ["hold"]
    queued.do("set_overdue_policy", policy="space", spacing_s=180)
    form = get(queued, "console_overdue").split('id="overdue-decide"')[1]
    assert re.findall(r'value="(\w+)" checked', form) == ["space"]
    assert 'name="spacing_min" value="3"' in form


def test_another_spacing_and_fewer_injects_are_looked_at_first(queued: Drill) -> None:
    ids = queue_ids(queued)[:2]
    query = {"look": "1", "spacing_min": "20", "inject_ids": ids, "decision": "space"}
    html = get(queued, "console_overdue", query)
    text = text_of(html)
    assert "Quyết định cho 2 tin" in text
    assert "Phát giãn cách 20 phút" in text
    assert "giờ thực 07:25:20" in text
    form = html.split('id="overdue-decide"')[1]
    assert re.findall(r'name="inject_ids" value="(\d+)"', form) == [str(pk) for pk in ids]
    assert 'name="spacing_min" value="20"' in form
    assert re.findall(r'value="(\w+)" checked', form) == ["space"]


def test_none_chosen_leaves_nothing_to_confirm(queued: Drill) -> None:
    html = get(queued, "console_overdue", {"look": "1", "spacing_min": "5"})
    assert "<button" not in html.split('id="overdue-decide"')[1].split("</form>")[0]
    assert "Chọn ít nhất một tin." in html


@pytest.mark.parametrize("spacing", ["0", "61", "x", ""])
def test_a_spacing_that_makes_no_sense_is_told(queued: Drill, spacing: str) -> None:
    query = {"look": "1", "spacing_min": spacing, "inject_ids": queue_ids(queued)}
    html = get(queued, "console_overdue", query)
    assert ('id="spacing-err"' in html) is bool(spacing)
    assert "Phát giãn cách 5 phút" in html


def test_nonsense_among_the_chosen_is_left_out(queued: Drill) -> None:
    ids = ["x", "-1", "9" * 400, "²", str(queue_ids(queued)[0])]
    html = get(queued, "console_overdue", {"look": "1", "spacing_min": "5", "inject_ids": ids})
    assert "Quyết định cho 1 tin" in html


def test_the_decision_in_minutes_is_carried_out(queued: Drill) -> None:
    data = {"inject_ids": queue_ids(queued), "decision": "space", "spacing_min": "20"}
    assert command(queued, "decide_overdue", data).status_code == 200
    moments = [queued.inject(f"1.0{n}").due_us for n in range(1, 5)]
    start = 5 * MINUTE + 20 * SECOND
    assert moments == [start + n * 20 * MINUTE for n in range(4)]


def test_the_decision_without_a_script_leads_back_to_the_console(queued: Drill) -> None:
    console = reverse("console", args=[queued.exercise.code])
    data = {"inject_ids": queue_ids(queued), "decision": "release", "next": console}
    answer = command(queued, "decide_overdue", data, htmx=False)
    assert (answer.status_code, answer["Location"]) == (302, console)
    assert queued.inject("1.04").state == "released"


def test_a_queue_that_somebody_else_decided_is_told_in_plain_words(queued: Drill) -> None:
    ids = queue_ids(queued)
    queued.do("decide_overdue", inject_ids=ids[:1], decision="hold")
    answer = command(queued, "decide_overdue", {"inject_ids": ids, "decision": "release"})
    assert answer.status_code == 422
    assert "Hàng chờ đã thay đổi" in answer.content.decode()
    assert queued.inject("1.02").state == "scheduled"
    answer = command(queued, "decide_overdue", {"inject_ids": ids[1:]})
    assert "Chọn một cách xử lý." in answer.content.decode()
    assert "Không còn tin nào chờ quyết định." not in get(queued, "console_overdue")


# ── what counts as late and as an outage ────────────────────────────────────────────────────────
def test_what_is_tolerated_is_set_with_the_policy(queued: Drill) -> None:
    data = {
        "policy": "space",
        "spacing_min": "7",
        "overdue_after_s": "12",
        "outage_after_s": "90",
    }
    assert command(queued, "set_overdue_policy", data).status_code == 200
    exercise = queued.fresh()
    assert (exercise.overdue_policy, exercise.overdue_spacing_s) == ("space", 420)
    assert (exercise.overdue_after_s, exercise.outage_after_s) == (12, 90)
    page = get(queued, "console")
    assert 'name="spacing_min" type="number" min="1" max="60" value="7"' in page
    assert 'name="outage_after_s" type="number" min="10" max="3600" value="90"' in page
    assert command(queued, "set_overdue_policy", {"policy": "hold"}).status_code == 200
    exercise = queued.fresh()
    assert (exercise.overdue_spacing_s, exercise.outage_after_s) == (420, 90)


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"spacing_min": "0"}, 422),
        ({"overdue_after_s": "1"}, 422),
        ({"outage_after_s": "3601"}, 422),
        ({"overdue_after_s": "60", "outage_after_s": "30"}, 409),
    ],
)
def test_what_is_tolerated_has_bounds(queued: Drill, data: dict[str, str], status: int) -> None:
    answer = command(queued, "set_overdue_policy", {"policy": "hold"} | data)
    assert answer.status_code == status
    assert queued.fresh().overdue_after_s == 5


# ── the clock set back ──────────────────────────────────────────────────────────────────────────
@pytest.fixture
def outage() -> Drill:
    """Down from 07:01:30 to 07:04:00; 1.02 and 1.03 would have come."""
    injects = [entry(f"1.0{n}", n, ["U1"]) for n in (1, 2, 3)]
    drill = make_drill(units=1, injects=[*injects, entry("1.04", 30, ["U1"])], started=True)
    beat(drill)
    drill.later(1).sweep()
    beat(drill.later(seconds=30))
    assert beat(drill.later(2, seconds=30))
    return drill


def beat(drill: Drill) -> bool:
    with frozen(drill.now):
        return recover_after_outage(drill.now)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_console_explains_the_outage(outage: Drill, language: str) -> None:
    text = text_of(get(outage, "console", language=language))
    said = {
        "vi": (
            "Từ 07:01:30 đến 07:04:00 giờ thực (2:30 phút) hệ thống không có dấu hiệu hoạt động.",
            "đặt lại về N1 07:01:30",
            "Trong lúc đó không tin nào được phát.",
            "2 tin lẽ ra đã phát trong lúc đó: 1.02 Tin 1.02 phát lúc 07:02 1.03 Tin 1.03",
            "lại nằm phía trước đồng hồ",
            "Nhảy tới N1 07:04 cho kịp",
        ),
        "en": (
            "From 07:01:30 to 07:04:00 wall time (2:30 min) the system gave no sign of life.",
            "set back to D1 07:01:30",
            "Nothing was released meanwhile.",
            "2 injects would have been released in that time: 1.02 Inject 1.02 goes out at 07:02",
            "lie ahead of the clock again",
            "Jump to D1 07:04 to catch up",
        ),
    }
    for words in said[language]:
        assert words in text, words


def test_the_explanation_reaches_open_consoles_and_nobody_else(outage: Drill) -> None:
    frames = {frame.audience: frame.html for frame in draw(outage.exercise.pk, since_seq=None)[0]}
    assert "outage-h" in frames["control.vi"]
    assert not [
        name for name, html in frames.items() if "outage-h" in html and "control" not in name
    ]
    assert not [name for name, html in frames.items() if "1.03" in html and "control" not in name]


def test_what_became_of_the_missed_ones_is_shown(outage: Drill) -> None:
    outage.do("hold", inject_id=outage.inject("1.02").pk)
    outage.do("release", inject_id=outage.inject("1.03").pk)
    text = text_of(get(outage, "console"))
    assert "1.02 Tin 1.02 tạm giữ 1.03 Tin 1.03 đã phát" in text.lower().replace(
        "tin 1.0", "Tin 1.0"
    )
    assert "Khi mọi người sẵn sàng thì cho đồng hồ chạy tiếp." in text


def test_catching_up_is_a_jump_with_its_preview(outage: Drill) -> None:
    page = get(outage, "console")
    found = re.search(r'id="outage-jump" href="([^"]+)"', page)
    assert found
    with outage.at_now():
        text = text_of(as_(outage.user("director")).get(found[1]).content.decode())
    assert "Nhảy tới N1 07:03" in text  # two whole minutes from 07:01:30
    assert "Đi qua 2 tin chưa phát:" in text


def test_it_is_gone_when_the_director_goes_on(outage: Drill) -> None:
    outage.do("resume")
    assert "outage-h" not in get(outage, "console")
    outage.do("pause")
    assert "outage-h" not in get(outage, "console")


def test_it_stays_through_another_pace_and_a_jump(outage: Drill) -> None:
    outage.do("set_pace", rate_permille=8000)
    assert "Nhảy tới N1 07:04 cho kịp" in text_of(get(outage, "console"))
    outage.do("jump", to_us=4 * MINUTE, missed="hold")
    text = text_of(get(outage, "console"))
    assert "đặt lại về N1 07:01:30" in text
    assert "cho kịp" not in text


def test_an_outage_in_which_nothing_was_due() -> None:
    drill = make_drill(units=1, started=True)
    beat(drill)
    assert beat(drill.later(seconds=50))
    text = text_of(get(drill, "console"))
    assert "Không tin nào có giờ phát trong lúc đó." in text
    assert "cho kịp" not in text  # not a minute was lost
