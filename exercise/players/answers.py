"""What a unit writes back: plain administrative Vietnamese, figures, a document's data, a photo.

Words of a drill are data, like those of a scenario: they are not translated.
"""

from __future__ import annotations

import hashlib
import io
from typing import Any

from PIL import Image, ImageDraw

from exercise.conduct import Upload
from exercise.models import Exercise, Tasking
from exercise.players.habits import Habits
from scenarios.choices import Reply

_DONE = (
    "Đơn vị đã phân công cán bộ phụ trách và thực hiện xong nội dung của tin {number}.",
    "Đã triển khai đầy đủ theo chỉ đạo; kết quả đã báo cáo trực ban và ghi sổ.",
    "Đã họp, phân công từng bộ phận, kiểm tra tại chỗ; công việc hoàn thành.",
    "Đã phối hợp với các đơn vị liên quan, thực hiện xong và duy trì trực.",
)
_ASIDE = (
    "Không có vướng mắc.",
    "Kiến nghị: bổ sung một phương tiện dự phòng.",
    "Khó khăn: thông tin ban đầu chưa đủ, đã xác minh lại qua điện thoại.",
    "Đơn vị tiếp tục theo dõi và báo cáo khi có thay đổi.",
)
_INTERIM = (
    "Đang thực hiện, dự kiến xong trước thời hạn.",
    "Đã làm được khoảng một nửa khối lượng, đang tiếp tục.",
)
_AGAIN = "Đã bổ sung theo yêu cầu của Ban Chỉ đạo và báo cáo lại."
_POSTURE = (
    "Đơn vị đã hoàn thành các việc bắt buộc, quân số đủ, liên lạc thông suốt.",
    "Đã hoàn thành nhiệm vụ của giai đoạn, sẵn sàng nhận nhiệm vụ tiếp theo.",
)
_MEASURES = (
    (("may", "quần áo", "trang phục"), "bộ", (600, 2400)),
    (("gạo", "muối", "lương thực"), "tấn", (40, 400)),
    (("xăng", "dầu"), "m³", (20, 300)),
    (("điện", "phụ tải"), "MW", (5, 60)),
    (("thuốc", "y tế"), "cơ số", (10, 80)),
)


def posture_note(habits: Habits, unit: str, state: str) -> str:
    """What the lead says when reporting the unit's posture."""
    return habits.draw(unit, state, "note").choice(_POSTURE)


def interim(habits: Habits, tasking: Tasking) -> dict[str, Any]:
    """A report on the way: half of the figures, or a sentence."""
    drawn = habits.draw(tasking.unit.code, tasking.inject.number, "interim")
    if tasking.inject.reply == Reply.QUANTITY:
        return {"quantity": _figures(habits, tasking, part=drawn.uniform(0.35, 0.6))}
    return {"text": drawn.choice(_INTERIM)}


def final(habits: Habits, tasking: Tasking, exercise: Exercise, signer: str) -> dict[str, Any]:
    """The report that the inject asks for, as the arguments of ``conduct.report``."""
    unit, number = tasking.unit.code, tasking.inject.number
    drawn = habits.draw(unit, number, "final")
    words = f"{drawn.choice(_DONE).format(number=number)} {drawn.choice(_ASIDE)}"
    if tasking.reason:
        return {**_proof(habits, tasking, exercise, signer), "text": _AGAIN}
    return {"text": words, **_proof(habits, tasking, exercise, signer)}


def _proof(habits: Habits, tasking: Tasking, exercise: Exercise, signer: str) -> dict[str, Any]:
    reply = tasking.inject.reply
    if reply == Reply.QUANTITY:
        return {"quantity": _figures(habits, tasking, part=1.0)}
    if reply == Reply.DOCUMENT:
        return {"document": _document(habits, tasking, exercise, signer)}
    if reply == Reply.PHOTO:
        return {"files": [_photo(habits, tasking)]}
    return {}


def _figures(habits: Habits, tasking: Tasking, *, part: float) -> dict[str, Any]:
    drawn = habits.draw(tasking.unit.code, tasking.inject.number, "figures")
    words = f"{tasking.inject.title.vi} {tasking.inject.content.vi}".casefold()
    measure, (least, most) = next(
        ((name, span) for keys, name, span in _MEASURES if any(key in words for key in keys)),
        ("suất", (50, 500)),
    )
    planned = drawn.randint(least, most)
    done = round(planned * drawn.uniform(0.93, 1.04) * part)
    return {"planned": planned, "done": done, "people": drawn.randint(6, 90), "unit": measure}


def _document(habits: Habits, tasking: Tasking, exercise: Exercise, signer: str) -> dict[str, str]:
    drawn = habits.draw(tasking.unit.code, tasking.inject.number, "document")
    kind = drawn.choice(("BC", "KH", "CV"))
    day = exercise.calendar.moment(tasking.delivered_us)
    return {
        "number": f"{drawn.randint(11, 480)}/{kind}-{tasking.unit.code}",
        "date": f"{day:%d/%m/%Y}",
        "signer": signer,
        "abstract": f"Về việc: {tasking.inject.title.vi or tasking.inject.title}"[:500],
    }


def _photo(habits: Habits, tasking: Tasking) -> Upload:
    """A small picture that is a real PNG: sky, ground, and the inject's number on a board."""
    drawn = habits.draw(tasking.unit.code, tasking.inject.number, "photo")
    image = Image.new("RGB", (320, 200), (150 + drawn.randint(0, 60), 180, 205))
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 130, 320, 200), fill=(110, 120 + drawn.randint(0, 30), 90))
    left = drawn.randint(30, 180)
    pen.rectangle((left, 70, left + 100, 140), fill=(235, 230, 215), outline=(90, 80, 70))
    pen.text((left + 10, 95), f"{tasking.unit.code} {tasking.inject.number}", fill=(40, 40, 40))
    data = io.BytesIO()
    image.save(data, "PNG", optimize=True)
    content = data.getvalue()
    return Upload(
        name=f"anh-{tasking.unit.code.lower()}-{tasking.inject.number}.png",
        content_type="image/png",
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
    )
