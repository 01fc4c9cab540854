from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scenarios.intake.reading import Value
from scenarios.intake.times import (
    HABITS,
    BadTime,
    Inferred,
    OfDay,
    Offset,
    OnDate,
    OnDay,
    Spelled,
    days_of,
    infer,
    read,
    read_span,
    resolve,
)

MINUTE, HOUR, DAY = 60, 3600, 86400
HCM = ZoneInfo("Asia/Ho_Chi_Minh")
ZERO = datetime(2024, 6, 26, 7, 0, tzinfo=HCM)


def at(hour: int, minute: int = 0, second: int = 0) -> int:
    return hour * HOUR + minute * MINUTE + second


def on(*parts: int, zone: timezone | None = None) -> OnDate:
    return OnDate(datetime(*parts, tzinfo=zone), dated_only=len(parts) == 3)  # type: ignore[misc]


JUNE = on(2024, 6, 26, 9, 5)
NO_YEAR = OnDate(datetime(2000, 6, 26, 9, 5), year_known=False)
G = timezone(timedelta(hours=7))

ONE_MEANING: list[tuple[str, Spelled]] = [
    ("N1 07:30", OnDay(1, at(7, 30))),
    ("N1 7h30", OnDay(1, at(7, 30))),
    ("n1, lúc 7h30", OnDay(1, at(7, 30))),
    ("N1 - 07:30", OnDay(1, at(7, 30))),
    ("N1-07:30", OnDay(1, at(7, 30))),
    ("07:30 N1", OnDay(1, at(7, 30))),
    ("Ngày 1 07:30", OnDay(1, at(7, 30))),
    ("Ngày thứ nhất 7 giờ 30", OnDay(1, at(7, 30))),
    ("Ngày thứ hai, 7 giờ", OnDay(2, at(7))),
    ("Ngày N 07:30", OnDay(1, at(7, 30))),
    ("N+1 09h05", OnDay(2, at(9, 5))),
    ("N-1 09h05", OnDay(0, at(9, 5))),
    ("N 1 24:00", OnDay(1, DAY)),
    ("D1 0730", OnDay(1, at(7, 30))),
    ("Day 2 07:30 PM", OnDay(2, at(19, 30))),
    ("D+1 0730", OnDay(2, at(7, 30))),
    ("D-Day 0730", OnDay(1, at(7, 30))),
    ("J-60", OnDay(-59)),
    ("J+1 09h00", OnDay(2, at(9))),
    ("Ngày 1 (10/10/2023)", OnDay(1)),
    ("Ngày 1 (10/10/2023) 07h30", OnDay(1, at(7, 30))),
    ("J+1 H+2 M-5", Offset(DAY + 2 * HOUR - 5 * MINUTE)),
    ("J+1H+2M-5", Offset(DAY + 2 * HOUR - 5 * MINUTE)),
    ("N2 H+2", Offset(DAY + 2 * HOUR)),
    ("N1 + 20'", Offset(20 * MINUTE)),
    ("H+2:30", Offset(at(2, 30))),
    ("H+2", Offset(2 * HOUR)),
    ("H+2h30", Offset(at(2, 30))),
    ("H + 15'", Offset(15 * MINUTE)),
    ("H-1", Offset(-HOUR)),
    ("H+0230", Offset(at(2, 30))),
    ("H", Offset(0)),
    ("Giờ G + 30'", Offset(30 * MINUTE)),
    ("G-2", Offset(-2 * HOUR)),
    ("T+00:10", Offset(10 * MINUTE)),
    ("T0 + 10 phút", Offset(10 * MINUTE)),
    ("T-15", Offset(-15 * MINUTE)),
    ("T+1:30:15", Offset(at(1, 30, 15))),
    ("M+5", Offset(5 * MINUTE)),
    ("STARTEX + 30m", Offset(30 * MINUTE)),
    ("sau khi bắt đầu 30 phút", Offset(30 * MINUTE)),
    ("30 phút trước khi bắt đầu diễn tập", Offset(-30 * MINUTE)),
    ("+90'", Offset(90 * MINUTE)),
    ("+90", Offset(90 * MINUTE)),
    ("+ 1:30", Offset(90 * MINUTE)),
    ("−15’", Offset(-15 * MINUTE)),
    ("1h30m", Offset(90 * MINUTE)),
    ("1,5 hours", Offset(90 * MINUTE)),
    ("PT1H30M", Offset(90 * MINUTE)),
    ("90 phút", Offset(90 * MINUTE)),
    ("990 phút", Offset(990 * MINUTE)),
    ("2 tiếng", Offset(2 * HOUR)),
    ("1d 2h", Offset(26 * HOUR)),
    ("30 giây", Offset(30)),
    ("GĐ1 + 30'", Offset(30 * MINUTE, "phase", phase="1")),
    ("Giai đoạn II + 1h", Offset(HOUR, "phase", phase="II")),
    ("phase+30m", Offset(30 * MINUTE, "phase")),
    ("30 phút sau khi bắt đầu giai đoạn 2", Offset(30 * MINUTE, "phase", phase="2")),
    ("sau 1.05 20'", Offset(20 * MINUTE, "inject", "1.05")),
    ("1.05 + 20 phút", Offset(20 * MINUTE, "inject", "1.05")),
    ("after 1.05 +20m", Offset(20 * MINUTE, "inject", "1.05")),
    ("20 phút sau tin INJ-07", Offset(20 * MINUTE, "inject", "INJ-07")),
    ("sau tình huống 7", Offset(0, "inject", "7")),
    ("26/06/2024 09h05", JUNE),
    ("26 / 06 / 2024  9:05", JUNE),
    ("26-6-24 9:05", JUNE),
    ("26.06.2024 9.05", JUNE),
    ("26.06.2024", on(2024, 6, 26)),
    ("05.06.2024", on(2024, 6, 5)),
    ("05/05/2024", on(2024, 5, 5)),
    ("2024/06/26 9:05", JUNE),
    ("2024-06-26 09:05", JUNE),
    ("2024-06-26T09:05:00", JUNE),
    ("2024-06-26T09:05:00+07:00", on(2024, 6, 26, 9, 5, zone=G)),
    ("2024-06-26T09:05:00+07", on(2024, 6, 26, 9, 5, zone=G)),
    ("2024-06-26 09:05:00+07", on(2024, 6, 26, 9, 5, zone=G)),
    ("2024-06-26 09:05:00 +07:00", on(2024, 6, 26, 9, 5, zone=G)),
    ("2024-06-26 09:05 Z", on(2024, 6, 26, 9, 5, zone=UTC)),
    ("20240626T090500Z", on(2024, 6, 26, 9, 5, zone=UTC)),
    ("2024-06-26T09:05:00-0330", on(2024, 6, 26, 9, 5, zone=timezone(-timedelta(hours=3.5)))),
    ("2024-06-26T02:05:00.000Z", on(2024, 6, 26, 2, 5, zone=UTC)),
    ("26/06/2024 09:05 (GMT+7)", on(2024, 6, 26, 9, 5, zone=G)),
    ("June 26, 2024 9:05 AM", JUNE),
    ("26 Jun 2024 0905", JUNE),
    ("26-Jun-24 09:05", JUNE),
    ("0905 26 June 2024", JUNE),
    ("Jun 26 09:05", NO_YEAR),
    ("ngày 26 tháng 6 năm 2024, 09 giờ 05", JUNE),
    ("09 giờ 05 phút, ngày 26 tháng 6 năm 2024", JUNE),
    ("09h05 ngày 26/6/2024", JUNE),
    ("09h05 ngày 5/6/2024", on(2024, 6, 5, 9, 5)),
    ("Thứ tư, 26/6/2024 9:05", JUNE),
    ("9:05 26/6", NO_YEAR),
    ("7h30", OfDay(at(7, 30))),
    ("7g30", OfDay(at(7, 30))),
    ("7 giờ 30 phút", OfDay(at(7, 30))),
    ("7h30'", OfDay(at(7, 30))),
    ("7 giờ rưỡi", OfDay(at(7, 30))),
    ("8h", OfDay(at(8))),
    ("07:29 PM", OfDay(at(19, 29))),
    ("7:29 p.m.", OfDay(at(19, 29))),
    ("7:29 CH", OfDay(at(19, 29))),
    ("7:29 SA", OfDay(at(7, 29))),
    ("7h30 sáng", OfDay(at(7, 30))),
    ("1 giờ trưa", OfDay(at(13))),
    ("12:00 AM", OfDay(0)),
    ("12:30 PM", OfDay(at(12, 30))),
    ("0730", OfDay(at(7, 30))),
    ("0730H", OfDay(at(7, 30))),
    ("0730L", OfDay(at(7, 30))),
    ("07:30:15", OfDay(at(7, 30, 15))),
    ("24:00", OfDay(DAY)),
    ("260905JUN24", JUNE),
    ("260205ZJUN24", on(2024, 6, 26, 2, 5, zone=UTC)),
    ("260905G JUN 2024", on(2024, 6, 26, 9, 5, zone=G)),
    ("７：３０", OfDay(at(7, 30))),
    ("N1\u00a007:30", OnDay(1, at(7, 30))),
    ("٠٧:٣٠", OfDay(at(7, 30))),
    ("\u200b7h30\ufeff", OfDay(at(7, 30))),
    ("Nga\u0300y 1 7 giờ", OnDay(1, at(7))),
]


@pytest.mark.parametrize(("text", "expected"), ONE_MEANING)
def test_it_reads_what_can_mean_one_thing_in_every_habit_of_days(
    text: str, expected: Spelled
) -> None:
    assert read(text) == expected
    assert read(text, "iso") == expected
    if "26-6-24" not in text:
        assert read(text, "day_time") == expected


OPEN: list[tuple[Value, str, Spelled]] = [
    ("05/06/2024 7h", "dmy", on(2024, 6, 5, 7, 0)),
    ("05/06/2024 7h", "mdy", on(2024, 5, 6, 7, 0)),
    ("24/06/05", "ymd", on(2024, 6, 5)),
    ("5/6", "mdy", OnDate(datetime(2000, 5, 6), dated_only=True, year_known=False)),
    ("90", "minutes", Offset(90 * MINUTE)),
    (90, "minutes", Offset(90 * MINUTE)),
    (7.5, "minutes", Offset(450)),
    ("7,5", "minutes", Offset(450)),
    (5400, "seconds", Offset(5400)),
    ("+300", "seconds", Offset(300)),
    (-60, "seconds", Offset(-60)),
    (1.5, "hours", Offset(90 * MINUTE)),
    (730, "hm", OfDay(at(7, 30))),
    (730.0, "hm", OfDay(at(7, 30))),
    (7, "hm", OfDay(at(7))),
    ("7.30", "hm", OfDay(at(7, 30))),
    ("1430", "dmy", OfDay(at(14, 30))),
    (45469.378472222, "serial", JUNE),
    ("45469", "serial", on(2024, 6, 26)),
    (0.3125, "excel", OfDay(at(7, 30))),
    (20240626, "ymd", on(2024, 6, 26)),
    (2, "day_time", OnDay(2)),
    ("1:30", "hm", OfDay(at(1, 30))),
    ("1:30", "span", Offset(90 * MINUTE)),
    ("25:20", "span", Offset(at(25, 20))),
    ("1h30", "offset", Offset(90 * MINUTE)),
    ("7 giờ 30 phút", "span", Offset(at(7, 30))),
    (datetime(2024, 6, 26, 9, 4, 59, 999_999), "excel", JUNE),
    (datetime(2024, 6, 26, 9, 5), "dmy", JUNE),
    (date(2024, 6, 26), "excel", on(2024, 6, 26)),
    (time(7, 30), "excel", OfDay(at(7, 30))),
    (time(1, 30), "span", Offset(90 * MINUTE)),
    (timedelta(hours=25, minutes=20), "excel", Offset(at(25, 20))),
    (timedelta(hours=7.5), "hm", OfDay(at(7, 30))),
    (datetime(1899, 12, 30, 7, 30), "excel", OfDay(at(7, 30))),
    (datetime(1900, 1, 1, 1, 20), "excel", Offset(at(25, 20))),
]


@pytest.mark.parametrize(("value", "habit", "expected"), OPEN)
def test_the_habit_decides_what_is_open(value: Value, habit: str, expected: Spelled) -> None:
    assert read(value, habit) == expected


REFUSED: list[tuple[Value, str, str]] = [
    (None, "hm", "empty"),
    ("  ", "hm", "empty"),
    ("abc", "hm", "not_a_time"),
    (True, "minutes", "not_a_time"),
    (float("nan"), "minutes", "not_a_time"),
    (float("inf"), "seconds", "not_a_time"),
    (10**400, "seconds", "not_a_time"),
    ("7" * 101, "minutes", "not_a_time"),
    ("07:30 Họp giao ban", "hm", "not_a_time"),
    ("thứ hai 07:30", "hm", "not_a_time"),
    ("25:20", "hm", "no_such_hour"),
    ("7:75", "hm", "no_such_hour"),
    ("N1 24:01", "", "no_such_hour"),
    ("13:00 AM", "", "no_such_hour"),
    ("0:30 PM", "", "no_such_hour"),
    ("31/02/2024", "dmy", "no_such_date"),
    ("06/26/2024", "dmy", "no_such_date"),
    ("26/06/2024", "mdy", "no_such_date"),
    ("26/06/1924", "", "no_such_date"),
    (datetime(1024, 6, 26), "excel", "no_such_date"),
    (12, "serial", "no_such_date"),
    ("05/06/2024", "", "ambiguous"),
    ("05/06/2024", "hm", "ambiguous"),
    ("90", "", "ambiguous"),
    (730, "", "ambiguous"),
    ("7.30", "", "ambiguous"),
    ("N0 07:30", "", "ambiguous"),
    ("Ngày 10", "", "ambiguous"),
    ("sau 20 phút", "", "ambiguous"),
    ("sau 20p", "", "ambiguous"),
    ("7h30 - 8h00", "hm", "range"),
    ("từ 07:30 đến 08:00", "hm", "range"),
    ("N999", "", "too_far"),
    ("+999999999", "", "too_far"),
    (timedelta(days=9999), "excel", "too_far"),
]


@pytest.mark.parametrize(("value", "habit", "code"), REFUSED)
def test_it_says_why_it_cannot_read_a_time(value: Value, habit: str, code: str) -> None:
    with pytest.raises(BadTime) as refused:
        read(value, habit)
    assert refused.value.code == code
    assert refused.value.message
    assert refused.value.hint
    assert len(refused.value.message) < 200


@pytest.mark.parametrize(
    ("value", "habit", "seconds"),
    [
        ("70'", "span", 70 * MINUTE),
        ("1h30m", "span", 90 * MINUTE),
        ("1h30", "span", 90 * MINUTE),
        ("90 phút", "span", 90 * MINUTE),
        ("1:30", "span", 90 * MINUTE),
        ("45", "span", 45 * MINUTE),
        (45, "", 45 * MINUTE),
        ("2 giờ", "span", 2 * HOUR),
        ("nửa tiếng", "span", 30 * MINUTE),
        ("1 ngày", "span", DAY),
        ("+30'", "span", 30 * MINUTE),
        (2, "hours", 2 * HOUR),
        (600, "seconds", 600),
        (0.0625, "serial", 90 * MINUTE),
        (timedelta(minutes=20), "span", 20 * MINUTE),
        (time(0, 20), "hm", 20 * MINUTE),
        (None, "span", None),
        ("", "span", None),
        ("–", "span", None),
        ("none", "span", None),
        ("Không", "span", None),
        (0, "minutes", None),
    ],
)
def test_it_reads_deadlines(value: Value, habit: str, seconds: int | None) -> None:
    assert read_span(value, habit) == seconds


@pytest.mark.parametrize("value", ["N1 09:00", "26/06/2024", "7:30 PM", "-15'", "sau 1.05 20'"])
def test_a_deadline_is_a_length_and_not_a_moment(value: str) -> None:
    with pytest.raises(BadTime) as refused:
        read_span(value, "span")
    assert refused.value.code == "not_a_span"


# ── inference ───────────────────────────────────────────────────────────────────────────────────
INFERRED: list[tuple[list[Value], Inferred]] = [
    ([], Inferred("hm")),
    (["N1 07:30", None, "N1 08:00", "xyz"], Inferred("day_time")),
    (["J-60", "J+1 09h00"], Inferred("day_time")),
    (["H+2:30", "H-1", "T+00:10"], Inferred("offset")),
    (["+90'", "+2h"], Inferred("offset")),
    (["sau 1.05 20'", "GĐ1 + 30'"], Inferred("offset")),
    (["90 phút", "1h30m"], Inferred("span")),
    (["1h", "1h30m", "2h"], Inferred("span")),
    (["07:30", "8h", "0830"], Inferred("hm")),
    (["07:30", "08:00", "25:20"], Inferred("hm")),
    (["07:29 PM", "1:00 AM"], Inferred("hm")),
    (["23:30", "01:00"], Inferred("hm")),
    (["0:10", "1:30"], Inferred("span", ("hm",))),
    (["1:30", "2:00"], Inferred("hm", ("span",))),
    ([time(7, 30), time(8)], Inferred("excel")),
    ([time(0, 10), time(1)], Inferred("span", ("excel",))),
    ([timedelta(0), timedelta(hours=30)], Inferred("excel")),
    ([timedelta(hours=7.5), timedelta(hours=9)], Inferred("excel", ("hm",))),
    ([datetime(2024, 6, 26, 9)], Inferred("excel")),
    (["26/06/2024 09h05", "05/06/2024"], Inferred("dmy")),
    (["06/26/2024", "06/05/2024"], Inferred("mdy")),
    (["05/06/2024 07:30", "06/06/2024 08:00"], Inferred("dmy", ("mdy",))),
    (["5/6", "6/6"], Inferred("dmy", ("mdy",))),
    (["10/10/2023"], Inferred("dmy")),
    (["10/10/2023", "11/10/2023", "12/10/2023"], Inferred("dmy")),
    (["01/03/2024", "01/04/2024", "01/12/2024"], Inferred("mdy")),
    (["ngày 5/6/2024", "ngày 6/6/2024"], Inferred("dmy")),
    (["26.06.2024"], Inferred("dmy")),
    (["June 26, 2024 9:05 AM"], Inferred("mdy")),
    (["26 Jun 2024 0905"], Inferred("dmy")),
    (["2024/06/26"], Inferred("ymd")),
    (["2024-06-26T09:05:00+07:00"], Inferred("iso")),
    ([20240626, 20240627], Inferred("ymd")),
    ([45469.3, 45470.9], Inferred("serial")),
    ([0.3125, 0.5], Inferred("serial")),
    ([0, 5, 10, 90], Inferred("minutes")),
    (["+0", "+30", "+90"], Inferred("minutes")),
    (["5", "15", "30'"], Inferred("minutes")),
    ([0, 5, 30, 1500, 2820], Inferred("minutes")),
    ([0, 300, 600, 7200], Inferred("seconds", ("minutes",))),
    ([0, 3600, 90_000], Inferred("seconds")),
    ([0, 60, 1200], Inferred("minutes", ("seconds",))),
    (["0730", "0800"], Inferred("hm")),
    ([730, 745, 1430], Inferred("hm")),
    ([7, 8, 9], Inferred("minutes", ("hm",))),
    (["07:30", 800], Inferred("hm")),
    (["N1 0730", "0800", "0830"], Inferred("hm")),
    (["7h30 - 8h00", "07:30"], Inferred("hm")),
    # Times of day among others: one that counts from something makes no durations of them.
    (["07:30", "08:15", "sau 9.2 20'"], Inferred("hm")),
    (["07:30", "08:15", "+90'"], Inferred("hm")),
    (["07:30", "H+2"], Inferred("hm")),
    (["07:30", "T+1"], Inferred("hm")),
    (["07:30", "GĐ1 + 30'"], Inferred("hm")),
    (["07:30", "08:15", "1h30m"], Inferred("hm", ("span",))),
    ([time(7, 30), time(8), "sau 9.2 20'"], Inferred("excel")),
    (["0:30", "1:15", "+90'"], Inferred("span", ("hm",))),
    (["1:30", "2:15", "+90'"], Inferred("span", ("hm",))),
    (["7:30", "8:30", 90], Inferred("hm", ("minutes",))),
    (["7:30", 90, 120], Inferred("minutes", ("hm",))),
]


@pytest.mark.parametrize(("values", "expected"), INFERRED)
def test_it_finds_the_habit_and_asks_what_is_open(values: list[Value], expected: Inferred) -> None:
    assert infer(values) == expected


@pytest.mark.parametrize("habit", ["hm", "excel"])
@pytest.mark.parametrize("text", ["sau 9.2 20'", "+90'", "H+2", "T+1", "GĐ1 + 30'", "1h30m"])
def test_what_counts_from_something_reads_the_same_among_times_of_day(
    text: str, habit: str
) -> None:
    assert read(text, habit) == read(text, "span")


@pytest.mark.parametrize(
    ("values", "header", "kind", "expected"),
    [
        ([0, 300, 600, 7200], "T+ (min)", "time", Inferred("minutes")),
        ([0, 5, 10], "Thời gian (giây)", "time", Inferred("seconds")),
        ([0, 5, 10], "Offset seconds", "time", Inferred("seconds")),
        (["0:10", "1:30"], "T+", "time", Inferred("span")),
        (["0:10", "1:30"], "Giờ (hh:mm)", "time", Inferred("hm")),
        ([0, 1, 2.5], "H+", "time", Inferred("hours")),
        ([7, 8, 9], "Thời gian (giờ)", "time", Inferred("hours", ("hm",))),
        (["7h", "8h"], "Thời gian (giờ)", "time", Inferred("hm")),
        (["05/06/2024"], "Ngày (dd/mm/yyyy)", "date", Inferred("dmy")),
        (["05/06/2024"], "Date (MM/DD/YYYY)", "date", Inferred("mdy")),
        (["26/06/2024"], "Date (MM/DD/YYYY)", "date", Inferred("dmy")),
        ([1, 1, 2], "Ngày", "date", Inferred("day_time")),
        ([45469, 45470], "Ngày", "date", Inferred("serial")),
        ([], "Ngày", "date", Inferred("day_time")),
        (["30'", "1h"], "Hạn", "span", Inferred("span")),
        ([30, 90, "1h"], "Hạn", "span", Inferred("minutes")),
        ([2, 4], "Hạn (giờ)", "span", Inferred("hours")),
        ([86_400, 3600], "Due", "span", Inferred("seconds")),
        ([1800, 3600], "Due", "span", Inferred("minutes", ("seconds",))),
        ([0.0625], "Due", "span", Inferred("serial", ("hours",))),
    ],
)
def test_the_words_of_the_header_and_the_field_decide(
    values: list[Value], header: str, kind: str, expected: Inferred
) -> None:
    assert infer(values, header=header, kind=kind) == expected  # type: ignore[arg-type]


def test_every_habit_is_labelled_and_reads_its_own_example() -> None:
    for key, habit in HABITS.items():
        assert habit.key == key
        assert str(habit.label).startswith("đọc")
        assert read(habit.example, key)


# ── placing ─────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("N1 07:30", at(0, 30)),
        ("N+1 06:00", DAY - HOUR),
        ("N-1 07:00", -DAY),
        ("J-60", -60 * DAY),
        ("06:00", -HOUR),
        ("24:00", 17 * HOUR),
        ("+90'", at(1, 30)),
        ("GĐ1 + 30'", 1000 + at(0, 30)),
        ("sau 1.05 20'", 5000 + at(0, 20)),
        ("26/06/2024", 0),
        ("27/06/2024", DAY),
        ("27/06/2024 07:05", DAY + at(0, 5)),
        ("27/6 07:05", DAY + at(0, 5)),
        ("2024-06-26T00:05:00Z", at(0, 5)),
        ("260005ZJUN24", at(0, 5)),
    ],
)
def test_it_places_a_time_in_the_calendar_of_the_drill(text: str, seconds: int) -> None:
    placed = resolve(read(text, "dmy"), zero=ZERO, phase_start_s=1000, inject_s={"1.05": 5000}.get)
    assert placed == seconds


@pytest.mark.parametrize(
    ("day", "seconds"),
    [
        (None, at(2)),
        ("N2", DAY + at(2)),
        ("27/06/2024", DAY + at(2)),
        ("26/6", at(2)),
        ("2024-06-26T23:00:00Z", DAY + at(2)),
    ],
)
def test_a_time_of_day_lies_on_the_day_of_its_own_column(day: str | None, seconds: int) -> None:
    spelled = read(day, "dmy") if day else None
    assert resolve(OfDay(at(9)), zero=ZERO, day=spelled) == seconds


def test_a_time_with_a_day_of_its_own_keeps_it_beside_a_column_of_days() -> None:
    assert resolve(OnDay(1, at(9)), zero=ZERO, day=OnDay(2)) == at(2)


def test_a_year_that_is_not_written_is_the_one_nearest_to_the_start() -> None:
    new_year = datetime(2025, 1, 1, 7, tzinfo=HCM)
    assert resolve(read("31/12 07:00"), zero=new_year) == -DAY
    assert resolve(read("2/1 07:00", "dmy"), zero=new_year) == DAY
    with pytest.raises(BadTime) as refused:
        resolve(read("29/2"), zero=datetime(2026, 3, 1, 7, tzinfo=HCM))
    assert refused.value.code == "no_such_date"


@pytest.mark.parametrize(
    ("spelled", "day", "code"),
    [
        (Offset(60, "phase"), None, "no_phase"),
        (Offset(60, "inject", "9.99"), None, "unknown_inject"),
        (OfDay(60), OfDay(60), "not_a_day"),
    ],
)
def test_it_says_what_is_missing_to_place_a_time(
    spelled: Spelled, day: Spelled | None, code: str
) -> None:
    with pytest.raises(BadTime) as refused:
        resolve(spelled, zero=ZERO, day=day)
    assert refused.value.code == code


def test_a_new_day_is_counted_where_times_of_day_fall_back_and_is_told() -> None:
    times = [OfDay(at(22)), OfDay(at(23, 30)), None, OfDay(at(0, 15)), OfDay(at(7)), OfDay(at(6))]
    days = days_of(times)
    assert days.numbers == (1, 1, None, 2, 2, 2)
    assert days.turns == (3,)


def test_a_written_day_is_where_the_count_goes_on() -> None:
    days = days_of([OnDay(2, at(20)), OfDay(at(21)), OfDay(at(7)), Offset(5)])
    assert days.numbers == (None, 2, 3, None)
    assert days.turns == (2,)


# ── anything ────────────────────────────────────────────────────────────────────────────────────
WORDS = st.sampled_from(
    [
        *("N1 ", "N+1", "J-60", "07:30", "7h30", "h", "m", "H+2", "+", "-", "26/06/2024", "26-6"),
        *("/", ".", "jun", "ngày ", "tháng ", "năm ", "sau ", "1.05", "phút", "'", '"', "90", "PM"),
        *("CH", "Z", "T", "2024-06-26T", "(", ")", ",", " ", ":", "gđ", "phase", "tin ", "25", "0"),
        *(
            "999999999",
            "giờ ",
            "thứ hai, ",
            "+07:00",
            "GMT",
            "ıİ",
            "ﷺ",
            "Ⅷ",
            "²",
            "½",
            "\u0301",
            "٣",
        ),
    ]
)
ANYTHING = st.one_of(
    st.text(max_size=120),
    st.lists(WORDS, max_size=14).map("".join),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.none(),
    st.dates(),
    st.datetimes(timezones=st.none() | st.just(UTC)),
    st.times(),
    st.timedeltas(),
)
KEYS = st.sampled_from([*HABITS, "", "unknown"])


@given(ANYTHING, KEYS)
@example("1" * 100, "hm")
@example("2460 min", "hm")
@example("ﷺ" * 90, "")
def test_anything_is_a_time_or_a_refusal(value: Value, habit: str) -> None:
    try:
        spelled = read(value, habit)
        placed = resolve(spelled, zero=ZERO, phase_start_s=0, inject_s=lambda _: 0)
    except BadTime:
        return
    assert isinstance(spelled, Spelled)
    assert abs(placed) < 250 * 366 * DAY


@given(ANYTHING, KEYS)
def test_anything_is_a_deadline_or_a_refusal(value: Value, habit: str) -> None:
    try:
        seconds = read_span(value, habit)
    except BadTime:
        return
    assert seconds is None or seconds > 0


@given(
    st.lists(ANYTHING, max_size=6),
    st.lists(WORDS, max_size=4).map("".join),
    st.sampled_from(["time", "date", "span"]),
)
def test_every_column_has_a_habit(values: list[Value], header: str, kind: str) -> None:
    inferred = infer(values, header=header, kind=kind)  # type: ignore[arg-type]
    assert inferred.habit in HABITS
    assert set(inferred.asks) <= set(HABITS) - {inferred.habit}


SPELLINGS = {
    "day_time": ["N{d} {H}:{M}", "D{d} {H}{M}", "Ngày {d}, {h} giờ {M}", "J+{e} {H}h{M}"],
    "dmy": ["{D}/{m}/2024 {H}h{M}", "{D}-{m}-24 {h}:{M}", "{H}:{M} ngày {D}/{m}/2024"],
    "mdy": ["{m}/{D}/2024 {I}:{M} {p}", "June {D}, 2024 {I}:{M} {p}"],
    "ymd": ["2024/{m}/{D} {H}:{M}", "2024.{m}.{D} {h}h{M}"],
    "iso": ["2024-06-{D}T{H}:{M}:00+07:00", "2024-06-{D} {H}:{M}"],
    "offset": ["H+{o}", "T+{o}", "+{o}", "J+{e} H+{h} M+{M}", "startex + {n} phút"],
    "span": ["{n} phút", "{k}h{M}m", "PT{k}H{M}M"],
    "minutes": ["{n}"],
    "seconds": ["{s}"],
}  # fmt: skip


def spell(pattern: str, minutes: int) -> str:
    """A moment of the drill, in minutes since the midnight before day 1, 20 June 2024."""
    day, of_day = divmod(minutes, 24 * 60)
    hour, minute = divmod(of_day, 60)
    return pattern.format(
        d=day + 1, e=day, D=f"{20 + day:02d}", m="06", H=f"{hour:02d}", h=hour, M=f"{minute:02d}",
        I=hour % 12 or 12, p="PM" if hour >= 12 else "AM", n=minutes, s=minutes * 60,
        k=minutes // 60, o=f"{minutes // 60}:{minute:02d}",
    )  # fmt: skip


MIDNIGHT = datetime(2024, 6, 20, tzinfo=HCM)


@given(st.data(), st.sampled_from(sorted(SPELLINGS)))
def test_a_moment_spelled_in_a_habit_is_read_back(data: st.DataObject, habit: str) -> None:
    pattern = data.draw(st.sampled_from(SPELLINGS[habit]))
    minutes = data.draw(st.integers(0, 3 * 24 * 60 - 1))
    spelled = read(spell(pattern, minutes), habit)
    assert resolve(spelled, zero=MIDNIGHT) == minutes * 60


@given(st.data(), st.sampled_from(sorted(SPELLINGS)))
def test_the_habit_of_a_generated_column_is_found_or_asked(data: st.DataObject, habit: str) -> None:
    pattern = data.draw(st.sampled_from(SPELLINGS[habit]))
    minutes = data.draw(
        st.lists(st.integers(0, 3 * 24 * 60 - 1), min_size=3, max_size=12, unique=True).map(sorted)
    )
    column: list[Value] = [spell(pattern, one) for one in minutes]
    inferred = infer(column)
    if habit in {"minutes", "seconds"}:  # numbers too small or too round to tell are asked
        likely = minutes[0] < 400 and (habit == "minutes" or minutes[-1] >= 20)
        assert not likely or habit in {inferred.habit, *inferred.asks}
    else:
        placed = [resolve(read(cell, inferred.habit), zero=MIDNIGHT) for cell in column]
        assert placed == [one * 60 for one in minutes]
