"""The banner of dead timers, the chip and the details: what each says, to whom, and when."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from exercise.clock import frozen
from exercise.screens import pulse as screen
from exercise.situation import health
from exercise.situation.health import Channel
from exercise.timing import tasks
from tests.factories import SECOND, Drill, entry, make_drill
from tests.screens.test_who_may_what import as_

pytestmark = pytest.mark.django_db
MOST_QUERIES = 5
LANGUAGES = ("vi", "en")


@pytest.fixture
def drill() -> Drill:
    injects = [entry(f"1.0{n}", n * 10, ["U1"]) for n in range(1, 8)]
    made = make_drill(units=1, injects=injects, started=True)
    with frozen(made.now):
        tasks.heartbeat("may-1:7", made.now)
    return made


@pytest.fixture
def channel(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Say what the broker answers."""

    def answers(found: Channel | None) -> None:
        monkeypatch.setattr(screen, "channel_of", lambda _exercise: found)

    answers(Channel(True, drawn_seq=1, waiting=0, streams=4))
    return answers


def ask(
    drill: Drill, shown: str | None = None, *, language: str = "vi", who: str = "director"
) -> Any:
    query = {} if shown is None else {"shown": shown}
    with drill.at_now():
        path = reverse("pulse", args=[drill.exercise.code])
        return as_(drill.user(who)).get(path, query, headers={"Accept-Language": language})


def page(drill: Drill, *, language: str = "vi", htmx: bool = True) -> str:
    headers = {"Accept-Language": language} | ({"HX-Request": "true"} if htmx else {})
    path = reverse("console_health", args=[drill.exercise.code])
    with drill.at_now():
        answer = as_(drill.user("director")).get(path, headers=headers)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


# ── the pulse ───────────────────────────────────────────────────────────────────────────────────
def test_a_page_that_knows_nothing_yet_is_told(drill: Drill, channel: Any) -> None:
    text = ask(drill, "").content.decode()
    assert 'value="ok.."' in text
    assert 'data-st="done"' in text
    assert "banner" not in text


def test_a_page_that_shows_it_already_is_told_nothing(drill: Drill, channel: Any) -> None:
    answer = ask(drill, "ok..")
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer["Cache-Control"] == "no-store"


def test_the_banner_comes_stays_untouched_and_goes(drill: Drill, channel: Any) -> None:
    drill.later(seconds=4)
    came = ask(drill, "ok..")
    shown = came.context["pulse"].key
    assert "Bộ hẹn giờ không hoạt động." in came.content.decode()
    assert "07:00:00" in came.content.decode()  # the last sign, in the time of the place
    assert ask(drill, shown).status_code == 204
    drill.later(seconds=1)
    with drill.at_now():
        tasks.heartbeat("may-1:7", drill.now)
    gone = ask(drill, shown).content.decode()
    assert "banner" not in gone
    assert 'hx-swap-oob="innerHTML"></div>' in gone


WHY = [
    (Channel(False), "Redis không trả lời.", "Redis does not answer."),
    (Channel(True, waiting=3), "Worker không nhận việc.", "The worker takes no tasks."),
    (
        Channel(True),
        "Beat không gửi việc, hoặc worker bị kẹt với việc đã nhận.",
        "The beat sends no tasks, or the worker is stuck on those it took.",
    ),
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("found", "vietnamese", "english"), WHY)
def test_the_banner_says_who_is_to_blame(
    drill: Drill, channel: Any, found: Channel, vietnamese: str, english: str, language: str
) -> None:
    channel(found)
    text = ask(drill.later(seconds=6), "", language=language).content.decode()
    sentences = {"vi": vietnamese, "en": english}
    assert sentences[language] in text
    assert sum(one in text for why in WHY for one in why[1:]) == 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("found", "vietnamese", "english", "state"),
    [
        (Channel(True), "Hệ thống tốt", "System OK", "done"),
        (Channel(False), "Mất kênh tin", "Channel down", "due"),
    ],
)
def test_the_chip_says_how_the_system_is(
    drill: Drill,
    channel: Any,
    found: Channel,
    vietnamese: str,
    english: str,
    state: str,
    language: str,
) -> None:
    channel(found)
    text = ask(drill, "", language=language).content.decode()
    assert {"vi": vietnamese, "en": english}[language] in text
    assert f'data-st="{state}"' in text
    assert "banner" not in text


def test_a_disk_nearly_full_is_told(
    drill: Drill, channel: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setattr(health, "disks", lambda: [health.Disk(tmp_path, 5 * 10**8, 10**11)])
    assert "Sắp đầy đĩa" in ask(drill, "").content.decode()
    assert "476,8" in page(drill)


def test_it_asks_little_and_writes_nothing(drill: Drill, channel: Any) -> None:
    client = as_(drill.user("director"))
    path = reverse("pulse", args=[drill.exercise.code])
    drill.later(seconds=9)
    with drill.at_now(), CaptureQueriesContext(connection) as queries:
        client.get(path, {"shown": "ok.."})
    assert len(queries) <= MOST_QUERIES
    assert all(query["sql"].startswith("SELECT") for query in queries)


def test_it_answers_while_the_broker_does_not(drill: Drill, settings: Any) -> None:
    settings.LIVE_ENABLED = True
    settings.REDIS_URL = "unix:///nothing/there.sock"
    assert "Mất kênh tin" in ask(drill, "").content.decode()
    assert "Redis không trả lời." in ask(drill.later(seconds=4), "").content.decode()


def test_nonsense_about_what_is_shown_is_borne(drill: Drill, channel: Any) -> None:
    for shown in ("x" * 5000, "timers", "ok", "\x00", "timers.worker.zzz"):
        assert ask(drill, shown).status_code == 200


@pytest.mark.parametrize("name", ["console", "journal", "people", "console_jump"])
def test_every_page_of_control_asks(drill: Drill, name: str) -> None:
    path = reverse("pulse", args=[drill.exercise.code])
    with drill.at_now():
        client = as_(drill.user("director"))
        text = client.get(reverse(name, args=[drill.exercise.code])).content.decode()
    assert text.count(f'hx-get="{path}"') == 1
    assert 'id="timers-dead"' in text
    assert 'id="health-chip"' in text


def test_pages_of_others_do_not(drill: Drill) -> None:
    for role, name in (
        ("lead", "inbox"),
        ("evaluator", "evaluate"),
        ("observer", "board"),
        ("director", "board"),
    ):
        with drill.at_now():
            path = reverse(name, args=[drill.exercise.code])
            text = as_(drill.user(role)).get(path).content.decode()
        assert "timers-dead" not in text, role
        assert "health-chip" not in text, role


# ── the details ─────────────────────────────────────────────────────────────────────────────────
SAID = {
    "vi": (
        "Hệ thống tốt",
        "dấu hiệu cuối 07:00:00",
        "may-1:7",
        "1 tiến trình báo trong 10 giây qua",
        "Độ trễ phát tin",
        "Năm tin sắp tự phát",
        "Trang đang mở ở máy chủ web này",
        "Việc chờ worker",
        "Đĩa",
    ),
    "en": (
        "System OK",
        "last sign 07:00:00",
        "may-1:7",
        "1 process heard in the last 10 s",
        "Lateness of releases",
        "Next five releases",
        "Pages open on this web server",
        "Tasks waiting for a worker",
        "Disk",
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("htmx", [True, False], ids=["drawer", "page of its own"])
def test_the_details_say_it_all(drill: Drill, channel: Any, language: str, htmx: bool) -> None:
    text = page(drill, language=language, htmx=htmx)
    for words in SAID[language]:
        assert words in text, words
    assert text.count("health-next-") == 5
    assert f'data-to="{10 * 60 * SECOND}"' in text  # and the first of them ticks


def test_the_details_show_the_lateness_of_releases(drill: Drill, channel: Any) -> None:
    assert "Chưa có tin nào được phát tự động." in page(drill)
    drill.later(10, seconds=2.4).sweep()
    assert page(drill).count("2,4 giây") == 2
    assert page(drill, language="en").count("2.4 s") == 2


def test_the_details_show_what_the_channel_has_not_drawn(drill: Drill, channel: Any) -> None:
    channel(Channel(True, drawn_seq=drill.fresh().journal_seq - 7))
    assert "<dt>Mục nhật ký chưa lên trang</dt> <dd>7</dd>" in page(drill)
    channel(Channel(True, drawn_seq=None))
    assert "<dt>Mục nhật ký chưa lên trang</dt> <dd>–</dd>" in page(drill)
    channel(Channel(False))
    assert "Các trang tự tải lại mỗi 5 giây; không mất gì." in page(drill)
    channel(None)
    assert "Không dùng kênh trực tiếp; các trang tự tải lại." in page(drill)


def test_the_details_tell_which_process_is_silent(drill: Drill, channel: Any) -> None:
    text = page(drill.later(seconds=48))
    assert text.count("im lặng") == 2
    assert "48 giây trước" in text
    assert "nếu đã quá 30 giây không có dấu hiệu và không ai làm gì" in text
    assert "0 tiến trình báo" in text


def test_no_process_is_called_alive_while_the_timers_are_dead(drill: Drill, channel: Any) -> None:
    assert "hoạt động </span>" in page(drill)
    text = page(drill.later(seconds=6))
    assert "Hẹn giờ dừng" in text
    assert "hoạt động </span>" not in text
    assert text.count("chưa rõ") == 2


def test_the_details_before_anything_ever_worked(channel: Any) -> None:
    drill = make_drill(units=1, started=True)
    text = page(drill)
    assert "chưa có dấu hiệu" in text
    assert "Hẹn giờ dừng" in text
