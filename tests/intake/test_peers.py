"""The exports of other products, as their teams hand them over."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import ModuleType
from typing import Any

import pytest

from scenarios.intake import preview
from scenarios.intake.mapping import Field
from scenarios.intake.readers import blueprint, cexf, markup, of, openaev, t3sf
from scenarios.intake.reading import Reading, Sheet, Unreadable
from tests.intake.peers import (
    DATA,
    JSON_FILES,
    READERS,
    codes,
    column,
    load,
    notes,
    reading,
    workbook,
)


@pytest.mark.parametrize("name", JSON_FILES)
def test_each_file_is_recognised_by_its_own_reader_first(name: str) -> None:
    data = load(name)
    # The order in which the formats are to be asked: the most tolerant last.
    first = next(kind for kind, reader in READERS.items() if reader.recognises(data))
    assert first == name.split("-")[0]


@pytest.mark.parametrize(
    ("name", "rows", "imported", "refusals"),
    [
        ("openaev-mat-dien-dien-rong.json", 4, 4, set()),
        ("openaev-exercise-en.json", 2, 2, set()),
        (
            "openaev-hong-nhieu-cho.json",
            6,
            1,
            {"not_a_time", "to_missing", "title_missing"},
        ),
        ("t3sf-kho-xang-hai-ngay.json", 4, 4, set()),
        ("t3sf-story-clock.json", 3, 3, set()),
        (
            "t3sf-trung-so.json",
            5,
            1,
            {"number_duplicate", "not_a_time", "to_missing", "no_such_date", "no_such_hour"},
        ),
        ("t3sf-cap-nuoc.xlsx", 3, 3, set()),
        (
            "t3sf-sai-gio.xlsx",
            3,
            1,
            {"ambiguous", "to_missing", "not_a_time", "title_missing"}
            | {"no_such_date", "no_such_hour"},
        ),
        ("blueprint-kho-lanh.xlsx", 3, 3, set()),
        (
            "blueprint-sai.xlsx",
            2,
            1,
            {"title_missing", "to_missing", "number_duplicate", "not_a_time"},
        ),
        ("blueprint-cang-ca.json", 2, 2, set()),
        ("blueprint-gio-theo-dong.json", 4, 2, {"title_missing"}),
        ("cexf-lu-quet.json", 4, 4, set()),
        ("cexf-vong-lap.json", 5, 1, {"title_missing", "to_missing", "trigger_cycle"}),
        ("livefire-xang-dau.json", 3, 3, set()),
        ("livefire-boc-ngoai.json", 1, 1, set()),
        ("livefire-sai-kieu.json", 5, 0, {"not_a_time", "title_missing", "to_missing"}),
    ],
)
def test_each_file_becomes_a_scenario_of_its_good_rows(
    name: str, rows: int, imported: int, refusals: set[str]
) -> None:
    told = of((DATA / name).read_bytes(), name)
    assert told.format == name.split("-")[0]
    checked = preview.new(told, code="thu", today=date(2026, 1, 5)).checked
    assert (len(checked.rows), len(checked.entries)) == (rows, imported)
    assert {finding.code for finding in checked.errors} == refusals


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("openaev-danh-sach-null.json", "no_injects"),
        ("cexf-khong-danh-sach.json", "wrong_type"),
    ],
)
def test_a_file_without_a_list_of_injects_is_refused(name: str, code: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        reading(name)
    assert refusal.value.code == code
    assert refusal.value.message
    assert refusal.value.hint


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize("data", [None, 7, "chữ", [], {}, [1], {"injects": "x"}, [{"a": 1}]])
def test_data_of_no_known_format_is_refused(kind: str, data: Any) -> None:
    assert not READERS[kind].recognises(data)
    with pytest.raises(Unreadable) as refusal:
        READERS[kind].read(data)
    assert refusal.value.code == "unknown_format"


# --- OpenAEV -------------------------------------------------------------------------------------


def test_it_reads_an_openaev_scenario_in_the_order_of_the_file_numbered_by_time() -> None:
    told = reading("openaev-mat-dien-dien-rong.json")
    assert told.format == "openaev"
    assert told.sheets[0].name == "scenario_injects"
    assert told.mapping is not None
    assert told.mapping.header_row == 0
    assert told.mapping.of(Field.TIME).habit == "seconds"
    assert column(told, Field.NUMBER) == [2, 1, 4, 3]
    assert column(told, Field.TIME) == [5_400, 600, 88_200, None]
    assert column(told, Field.METHOD) == ["social_media", "email", "phone", "in_person"]
    assert column(told, Field.TO) == [
        "Phòng Quản lý thương mại",
        "Ban Giám đốc Sở\nPhòng Quản lý năng lượng",
        "ALL",
        "Phòng Quản lý năng lượng",
    ]
    assert column(told, Field.AFTER) == ["1", None, None, None]


def test_an_openaev_mail_becomes_plain_text_and_its_expectations_what_is_expected() -> None:
    told = reading("openaev-mat-dien-dien-rong.json")
    assert column(told, Field.CONTENT)[1] == (
        "Công điện\n\nTrạm 220 kV dừng vận hành từ 07:10.\n\n"
        "- Kiểm tra phụ tải ưu tiên\n- Báo cáo trước 09:00"
    )
    assert column(told, Field.EXPECTED)[1] == (
        "Báo cáo phụ tải ưu tiên: Gửi văn bản cho Ban Chỉ đạo\nPhân công trực ca"
    )
    assert column(told, Field.REPLY)[1] == "document"
    assert column(told, Field.COMPLETE)[1] == 7_200
    assert notes(told, 1) == {
        "contract_label": "Send individual mails",
        "inject_description": "Mở đầu; người đóng vai: Điện lực tỉnh.",
        "inject_tags": "lưới điện",
        "inject_documents": "Sơ đồ lưới điện.pdf",
        "subject": "HỎA TỐC: sự cố lưới điện",
        "inject_city": "Thái Bình",
    }


def test_an_openaev_article_is_the_content_of_what_is_published() -> None:
    told = reading("openaev-mat-dien-dien-rong.json")
    assert column(told, Field.CONTENT)[0] == (
        "Người dân xếp hàng mua nước\n\nSáng nay nhiều siêu thị ở phường 3 hết nước đóng chai."
    )


def test_an_openaev_inject_switched_off_is_kept_for_the_director() -> None:
    told = reading("openaev-mat-dien-dien-rong.json")
    assert column(told, Field.RELEASE) == [None, None, None, "manual"]
    assert notes(told, 3)["inject_depends_duration (inject_enabled: false)"] == 10_800
    assert codes(told) == ["disabled", "left_out"]


def test_openaev_tells_about_the_drill_itself() -> None:
    about = reading("openaev-mat-dien-dien-rong.json").outline
    assert about.title == "Diễn tập ứng phó mất điện diện rộng"
    assert about.summary == "Sở Công Thương\n\nMất điện kéo dài ba ngày do bão."
    assert about.units == (
        *("Ban Giám đốc Sở", "Phòng Quản lý năng lượng", "Phòng Quản lý thương mại"),
    )
    assert about.objectives[0] == ("", "Thông tin hai chiều trong 30 phút")
    exercise = reading("openaev-exercise-en.json")
    assert exercise.outline.starts_at == datetime(2024, 3, 5, tzinfo=UTC)
    assert column(exercise, Field.CONTENT)[0] == "Compressor 2 tripped & restarts < 3 times."
    assert column(exercise, Field.METHOD) == ["email", "phone"]


def test_the_names_of_openaev_s_older_exports_are_read_too() -> None:
    told = openaev.read(
        {
            "exercise_information": {"exercise_name": "Cũ"},
            "exercise_audiences": [{"audience_id": "1", "audience_name": "Văn phòng"}],
            "exercise_injects": [
                {"inject_id": "a", "inject_title": "A", "inject_audiences": ["1"]},
                {"inject_id": "b", "inject_title": "B", "inject_all_audiences": True},
                {"inject_id": "c", "inject_title": "C", "inject_depends_on": "a"},
            ],
        }
    )
    assert column(told, Field.TO) == ["Văn phòng", "ALL", None]
    assert column(told, Field.AFTER) == [None, None, "1"]
    assert told.outline.units == ("Văn phòng",)


def test_an_openaev_file_broken_all_over_still_gives_its_rows_with_what_stands_there() -> None:
    told = reading("openaev-hong-nhieu-cho.json")
    assert column(told, Field.TIME) == [-600, "mười phút", 9e15, None, None, "true"]
    # A cycle stays one, and what is not in the file keeps its identifier: the checks tell both.
    assert column(told, Field.AFTER)[:2] == ["3", "1\nmat-tich"]
    assert column(told, Field.TO)[:3] == ["khong-co-doi-nay", "Văn phòng Sở", "z\n12"]
    assert column(told, Field.TITLE)[2] == "Tiêu đề\nlà danh sách"
    assert column(told, Field.CONTENT)[3] == "một dòng chữ thay cho tình huống"
    assert column(told, Field.RELEASE)[5] == "không"
    assert column(told, Field.EXPECTED)[5] == "Báo cáo miệng"
    assert notes(told, 2)["body"] == "vi: Nội dung lồng"


def test_scripts_never_reach_the_content_and_escaped_ones_stay_words() -> None:
    content = column(reading("openaev-hong-nhieu-cho.json"), Field.CONTENT)[0]
    assert content == "Đọc kỹ.\n\n<script>alert(2)</script>"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("một dòng\n\n  hai dòng", "một dòng\n\n  hai dòng"),
        ("3 < 5 & 7 > 6", "3 < 5 & 7 > 6"),
        ("&quot;Khẩn&quot; &lt;b&gt;", '"Khẩn" <b>'),
        ("<b>đậm</b> nhạt", "đậm nhạt"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<p>một</p>\n<p>hai</p>", "một\n\nhai"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\n\nc"),
        ("<style>p{}</style><title>x</title><p>y</p>", "y"),
        ("<svg><p>x</p></svg>y<p>", "y"),
        ("<!-- <p>x</p> --><p>y</p>", "y"),
        ("<p>y</p><!-- không đóng <p>x</p>", "y"),
        ("<scr<b></b>ipt>x</script><p>y</p>", "y"),
        ('<a href="javascript:alert(1)" onclick=x>bấm</a>', "bấm"),
        ("<p>" + "x" * 50_000, "x" * 40_000 + "…"),
        ("<p></p>" * 21_000 + "y", "…"),
        (["<p>x</p>"], "x"),
        (None, ""),
    ],
)
def test_markup_becomes_what_a_reader_of_the_page_would_read(written: Any, read: str) -> None:
    assert markup.words(written) == read


# --- T3SF ----------------------------------------------------------------------------------------


def test_it_reads_a_t3sf_list_over_two_days_with_gaps_of_hours() -> None:
    told = reading("t3sf-kho-xang-hai-ngay.json")
    assert column(told, Field.NUMBER) == [1, 2, 3, 4]
    assert column(told, Field.TIME) == ["07:30 AM", "09:05 AM", "11:45 PM", "06:15 AM"]
    assert column(told, Field.DATE) == ["26/06/2024"] * 3 + ["27/06/2024"]
    assert told.mapping is not None
    assert told.mapping.of(Field.TIME).habit == "hm"
    assert told.mapping.of(Field.DATE).habit == "dmy"
    assert told.mapping.of(Field.DATE).asks == ()
    assert column(told, Field.CONTENT)[0] == "Bồn số 3 rò rỉ ở mặt bích.\nĐề nghị hướng dẫn."
    assert notes(told, 0) == {
        "Photo": "https://example.vn/bon-3.jpg",
        "Picture Name": "bon-3.jpg",
    }
    assert notes(told, 1) == {"Poll": "Sơ tán | Theo dõi"}
    assert told.outline.units == ("Phòng Kỹ thuật an toàn", "Phòng Quản lý thương mại")


def test_a_t3sf_date_that_is_the_clock_of_the_story_is_kept_as_such() -> None:
    told = reading("t3sf-story-clock.json")
    assert told.mapping is not None
    assert told.mapping.of(Field.DATE) is None
    assert column(told, Field.SIMULATED)[0] == "Monday 9:30 AM"
    assert notes(told, 2) == {"Escalation": "level: 2\nto: Board\nto: Legal"}


def test_a_t3sf_date_that_repeats_the_real_time_is_the_day() -> None:
    rows = [
        {"#": 1, "Real Time": "07:30 PM", "Date": "26/06/2024 19:30", "Player": "A", "Script": ""},
        {"#": 2, "Real Time": "8:05 PM", "Date": "26/06/2024 20:05", "Player": "A", "Script": ""},
    ]
    assert column(t3sf.read(rows), Field.DATE) == ["26/06/2024 19:30", "26/06/2024 20:05"]


def test_broken_t3sf_items_become_rows_to_be_reported() -> None:
    told = reading("t3sf-trung-so.json")
    assert column(told, Field.NUMBER) == [1, 1, "hai", None, -4]
    assert column(told, Field.TIME) == ["7:30", "7:30", "7\n45", None, "25:99"]
    content = column(told, Field.CONTENT)
    assert content[3] == "không phải tình huống"
    assert isinstance(content[2], str)
    assert len(content[2]) == 20_000
    assert codes(told) == ["cell_cut"]


def test_it_knows_a_t3sf_workbook_by_its_headers() -> None:
    plain = workbook("t3sf-cap-nuoc.xlsx")
    told = t3sf.refine(plain)
    assert told is not None
    assert told.format == "t3sf"
    assert told.sheets == plain.sheets
    assert told.mapping is not None
    assert (told.mapping.sheet, told.mapping.header_row) == ("MSEL", 1)
    assert [one.field for one in told.mapping.columns[:7]] == [
        *(Field.NUMBER, Field.TIME, Field.DATE, Field.TITLE, Field.SENDER, Field.TO),
        Field.CONTENT,
    ]
    assert {one.field for one in told.mapping.columns[7:]} == {Field.NOTE}
    assert told.mapping.of(Field.TIME).habit == "excel"
    assert told.mapping.of(Field.DATE).habit == "excel"
    assert told.outline.units == ("Phòng Hạ tầng",)


def test_a_t3sf_workbook_with_titles_above_asks_how_its_dates_are_meant() -> None:
    told = t3sf.refine(workbook("t3sf-sai-gio.xlsx"))
    assert told is not None
    assert told.mapping is not None
    assert (told.mapping.sheet, told.mapping.header_row) == ("Bảng", 3)
    dates = told.mapping.of(Field.DATE)
    assert dates is not None
    assert (dates.habit, dates.asks) == ("dmy", ("mdy",))
    # A column without a header is a note while it holds something.
    assert [(one.header, one.field) for one in told.mapping.columns[7:]] == [
        ("", Field.NOTE),
        ("Người soạn", Field.NOTE),
    ]


# --- Blueprint -----------------------------------------------------------------------------------


def test_it_tells_blueprint_s_exercise_time_from_the_simulated_one() -> None:
    told = blueprint.refine(workbook("blueprint-kho-lanh.xlsx"))
    assert told is not None
    assert told.format == "blueprint"
    assert told.mapping is not None
    assert {one.header: one.field for one in told.mapping.columns} == {
        "Control Number": Field.NUMBER,
        "Group": Field.NOTE,
        "Move": Field.PHASE,
        "Exercise Time": Field.TIME,
        "Simulated Time": Field.SIMULATED,
        "From Org": Field.SENDER,
        "To Org": Field.TO,
        "Title": Field.TITLE,
        "Details": Field.CONTENT,
        "Delivery Method": Field.METHOD,
        "Expected Action": Field.EXPECTED,
        "Status": Field.NOTE,
        "Assigned To": Field.NOTE,
    }
    assert told.mapping.of(Field.TIME).habit == "hm"
    assert column(told, Field.TIME) == ["9:00 AM", "10:30 AM", "1:15 PM"]
    assert column(told, Field.CONTENT)[:2] == [
        "Nhiệt độ kho 2 tăng 6°C.\n\nYêu cầu báo cáo.",
        "Có bao nhiêu tấn hàng < 5 °C?",
    ]


def test_a_blueprint_workbook_without_details_as_title_uses_what_there_is() -> None:
    told = blueprint.refine(workbook("blueprint-sai.xlsx"))
    assert told is not None
    assert told.mapping is not None
    assert told.mapping.header_row == 2
    assert column(told, Field.PHASE) == ["bốn", None]
    assert column(told, Field.TITLE) == ["Giai đoạn không có", None]
    assert column(told, Field.CONTENT) == ["- Một\n- Hai", None]
    assert next(one for one in told.mapping.columns if one.header == "Description").field == (
        Field.NOTE
    )


@pytest.mark.parametrize("reader", [t3sf, blueprint])
@pytest.mark.parametrize(
    "header",
    [
        ["STT", "Giai đoạn", "Giờ", "Nơi gửi", "Đơn vị nhận", "Nội dung"],
        ["Number", "Time", "From", "To", "Title", "Details"],
        ["Move", "Exercise Time"],
        [],
    ],
)
def test_other_workbooks_are_left_to_the_guess(reader: ModuleType, header: list[str]) -> None:
    told = Reading("xlsx", (Sheet("1", (tuple(header), ("1",))),))
    assert reader.refine(told) is None


def test_a_hidden_sheet_is_not_taken_for_a_peer_s() -> None:
    plain = workbook("blueprint-kho-lanh.xlsx")
    hidden = Sheet("Sheet1", plain.sheets[0].rows, hidden=True)
    assert blueprint.refine(Reading("xlsx", (hidden,))) is None


def test_it_reads_blueprint_s_own_json_with_its_references() -> None:
    told = reading("blueprint-cang-ca.json")
    assert column(told, Field.NUMBER) == ["1.01", "2.01"]
    assert column(told, Field.TIME) == [1_800, 39_600]
    assert told.mapping is not None
    assert told.mapping.of(Field.TIME).habit == "seconds"
    assert column(told, Field.PHASE) == [1, 2]
    assert column(told, Field.TO)[0] == "Ban Quản lý cảng cá\nĐồn Biên phòng"
    assert column(told, Field.SENDER)[0] == "Đài Khí tượng"
    assert column(told, Field.CONTENT)[0] == "Gió cấp 12."
    assert notes(told, 0) == {
        "Risk Level": "High",
        "IsHidden": False,
        "ScenarioEventType": "Inject",
    }
    assert [(one.name, one.starts_s) for one in told.outline.phases] == [
        ("Chuẩn bị", 0),
        ("Bão đổ bộ", 36_000),
    ]
    assert told.outline.units == ("Ban Quản lý cảng cá", "Đồn Biên phòng")
    assert told.outline.duration_s == 93_600


def test_times_that_blueprint_made_up_from_the_rows_are_not_believed() -> None:
    told = reading("blueprint-gio-theo-dong.json")
    assert column(told, Field.TIME) == ["08:00", "09:30", None, None]
    assert notes(told, 0) == {"mat": "không có cột", "DeltaSeconds": 60}
    assert notes(told, 3) == {"ScenarioEvent *": "không phải sự kiện"}


# --- CEXF ----------------------------------------------------------------------------------------


def test_it_puts_cexf_s_injects_and_their_flow_together() -> None:
    told = reading("cexf-lu-quet.json")
    assert column(told, Field.TIME) == [0, 600, None, None]
    assert column(told, Field.AFTER) == [None, None, "2\n1", None]
    assert column(told, Field.RELEASE) == [None, None, None, "manual"]
    assert column(told, Field.EXPECTED)[0] == "Xác nhận tin\nLập danh sách hộ"
    assert column(told, Field.TO) == ["ALL"] * 4
    assert column(told, Field.METHOD) == ["email", "phone", None, "social_media"]
    assert column(told, Field.CONTENT) == [
        "Kính gửi Ban Chỉ huy,\nXã Nậm Lúc bị chia cắt.",
        "Cầu tạm bị cuốn.",
        "Sau khi có đường vòng",
        "Khi tổng đạo diễn thấy cần",
    ]
    assert notes(told, 0)["inject_flow.description"] == "Mở đầu"
    assert notes(told, 2)["resolution_requirement"] == "Đã báo cáo"
    assert told.outline.title == "Lũ quét huyện miền núi"
    assert told.outline.duration_s == 7_200
    assert told.outline.units == ("Khung tập",)
    assert codes(told) == ["everybody"]


def test_a_broken_cexf_flow_is_told_and_its_cycle_kept_for_the_checks() -> None:
    told = reading("cexf-vong-lap.json")
    assert column(told, Field.NUMBER) == [2, 3, 1, 4, 5]
    assert column(told, Field.AFTER)[:2] == ["3", "2"]
    assert column(told, Field.TIME)[2] == -30
    assert column(told, Field.CONTENT)[3] == "không phải đối tượng"
    assert notes(told, 1)["followed_by"] == "5b1f7c10-0000-4000-8000-000000000077"
    assert codes(told) == ["everybody", "periodic", "unknown_inject"]
    assert "Tình huống đã bị xóa" in told.remarks[2].message


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("00:10", 600),
        ("T+01:30", 5_400),
        ("00:00:45", 45),
        (90, 90),
        ("90", 90),
        (-30, -30),
        ("10 phút", "10 phút"),
        ([1], "1"),
        ("", None),
        (None, None),
    ],
)
def test_cexf_times_become_seconds_and_odd_ones_stay(written: Any, read: Any) -> None:
    flow = {
        "inject_uuid": "a",
        "sequence": {"trigger": ["triggered_at"]},
        "timing": {"triggered_at": written},
    }
    told = cexf.read({"injects": [{"uuid": "a", "name": "A"}], "inject_flow": [flow]})
    assert column(told, Field.TIME) == [read]


# --- LiveFireTTX ---------------------------------------------------------------------------------


def test_it_reads_a_livefire_pack_with_its_checkpoints() -> None:
    told = reading("livefire-xang-dau.json")
    assert column(told, Field.TIME) == [0, 1_200, None]
    assert column(told, Field.RELEASE) == ["auto", "manual", "manual"]
    assert column(told, Field.TO) == [
        *("ALL", "Đội Quản lý thị trường", "Phòng Quản lý thương mại"),
    ]
    assert column(told, Field.METHOD) == ["in_person", "email", "in_person"]
    assert column(told, Field.EXPECTED)[1] == "Biên bản kiểm tra: Lập biên bản"
    assert column(told, Field.OBJECTIVES) == ["Đánh giá lượng tồn", "Thông tin cho người dân", None]
    assert notes(told, 0) == {
        "action_type": "narrative",
        "stage": "01-mo-dau",
        "payload": "severity: medium\nnguồn.tên: Đầu mối\nnguồn.số: 12",
    }
    assert notes(told, 1)["content"] == "Thư phản ánh của người dân."
    assert codes(told) == ["checkpoints"]
    assert told.outline.duration_s == 5_400
    assert [one.name for one in told.outline.phases] == ["01-mo-dau", "02-cao-diem"]
    assert told.outline.objectives[1] == ("", "Thông tin cho người dân")


def test_a_wrapped_livefire_pack_is_found_by_what_its_items_hold() -> None:
    told = reading("livefire-boc-ngoai.json")
    assert told.outline.title == "Cold chain, wrapped"
    assert column(told, Field.TIME) == [450]
    assert column(told, Field.TO) == ["Cold store\nBoard"]
    assert column(told, Field.METHOD) == ["radio"]
    assert column(told, Field.CONTENT) == ["Store 2 is warm."]
    assert column(told, Field.EXPECTED) == ["Call the technician\nLog the time"]
    assert column(told, Field.OBJECTIVES) == ["React in 10 minutes"]


def test_a_livefire_pack_of_wrong_types_still_gives_its_rows() -> None:
    told = reading("livefire-sai-kieu.json")
    assert column(told, Field.TIME) == [-60, "1" + "0" * 29, "sáng", None, None]
    assert column(told, Field.TITLE)[:3] == ["Giờ âm", "Giờ vô lý", None]
    assert column(told, Field.OBJECTIVES)[0] == "99"
    assert codes(told) == ["checkpoints", "left_out"]
