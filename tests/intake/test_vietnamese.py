"""Files of Vietnamese programs before Unicode: which encoding is seen, and what is only guessed."""

from __future__ import annotations

from typing import Any

import pytest

from scenarios.intake import readers
from scenarios.intake.readers import vietnamese
from tests.intake.test_readers import in_1258

LINES = (
    "Số;Giờ;Nội dung",
    "1;N1 07:30;Sở Công Thương ban hành lệnh báo động chuyển trạng thái sẵn sàng chiến đấu",
    "2;N1 08:00;Điểm danh quân số, kiểm tra vật chất hậu cần và phương tiện vận chuyển",
    "3;N1 08:30;Kẻ xấu tung tin giả: thiếu gạo, người dân xếp hàng mua lương thực",
    "4;N1 09:00;Sự cố trạm 110 kV, mất điện ở hai huyện; rò rỉ amoniac tại kho lạnh",
)
TEXT = "\r\n".join(LINES)
_TCVN3 = {letter: bytes([code]) for code, letter in vietnamese._TCVN3.items()}
_VNI = {letter: written.encode("cp1252") for written, letter in vietnamese._VNI_WORDS.items()}


def written(text: str, letters: dict[str, bytes]) -> bytes:
    """The text in an encoding that has one writing for each letter; capitals without one become
    small, as in fonts that draw small letters as capitals.
    """
    return b"".join(
        one.encode() if one.isascii() else letters.get(one) or letters[one.lower()] for one in text
    )


@pytest.mark.parametrize(
    "text", ["STT;Giờ;Nội dung\n1;N1 07:30;Một", "Số;Giờ;Nội dung\n1;7:30;Mất điện"]
)
def test_three_words_of_a_short_file_are_enough(text: str) -> None:
    (remark,) = readers.of(in_1258(text), "x.csv").remarks
    assert (remark.code, "Windows-1258" in remark.message) == ("encoding", True)


# As such files are seen in a Western European encoding.
@pytest.mark.parametrize(
    ("read", "seen", "meant"),
    [
        (
            vietnamese.tcvn3,
            "Céng hoµ x· héi chñ nghÜa ViÖt Nam",
            "Cộng hoà xã hội chủ nghĩa Việt Nam",
        ),
        (
            vietnamese.vni,
            "Ñoäc laäp - Töï do - Haïnh phuùc, ñöôøng VIEÄT NAM",
            "Độc lập - Tự do - Hạnh phúc, đường VIỆT NAM",
        ),
    ],
)
def test_known_sentences_are_read(read: Any, seen: str, meant: str) -> None:
    assert read(seen.encode("cp1252")) == meant


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (written(TEXT, _TCVN3), "TCVN3 (ABC)"),
        (written(TEXT, _VNI), "VNI-Windows"),
        (in_1258(TEXT), "Windows-1258"),
    ],
    ids=["TCVN3", "VNI", "1258"],
)
def test_the_encoding_is_seen_by_the_syllables_it_gives(data: bytes, encoding: str) -> None:
    reading = readers.of(data, "kich-ban.csv")
    assert [list(row) for row in reading.sheets[0].rows] == [line.split(";") for line in LINES]
    (remark,) = reading.remarks
    assert (remark.code, encoding in remark.message) == ("encoding", True)


@pytest.mark.parametrize(
    "data",
    [
        "Nr;Zeit;Inhalt\n1;07:30;Übung für alle Behörden, Straße gesperrt".encode("cp1252"),
        b"a;\xe9\n",
        in_1258("STT;Kênh\n1;Điện"),
    ],
    ids=["German", "one letter", "two words"],
)
def test_what_is_not_certain_is_said(data: bytes) -> None:
    (remark,) = readers.of(data, "x.csv").remarks
    assert remark.code == "encoding_uncertain"
    assert "Windows-1258" in remark.message
