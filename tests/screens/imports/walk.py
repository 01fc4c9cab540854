"""A planner's import through its pages, and the sheet that is brought in."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook

from scenarios.models import Import, Scenario
from units.models import User

HEADER = ("Số tin", "Giờ DT", "Đơn vị nhận", "Ghi chú nội bộ", "Nội dung", "Kênh", "Hạn xử lý")
ROWS: tuple[tuple[Any, ...], ...] = (
    ("1.01", "N1 07:05", "Văn phòng Sở", "", "Lập kế hoạch di chuyển cơ quan", "Công văn", "100'"),
    ("1.02", "N1 08:45", "P. Thương nghiệp", "gấp", "Tin giả: dân xếp hàng mua gạo", "MXH", "50'"),
    ("1.03", "N1 09:00", "Quản lý Năng lượng", "", "Sự cố trạm 110 kV", "Điện thoại", "60'"),
    ("1.04", "N1 25:20", "Quản lý Năng lượng", "", "Thiếu 3.200 m vải", "Điện thoại", "60'"),
    ("1.03", "N1 09:38", "Văn phòng Sở", "", "Rò rỉ amoniac tại kho lạnh", "Công văn", "44'"),
    ("1.06", "N1 10:14", "Tất cả", "", "Chuyển trạng thái", "Công văn", "46'"),
)
UNITS = {
    "VP": "Văn phòng Sở",
    "TM": "Quản lý Thương mại",
    "NL": "Quản lý Năng lượng",
}


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def workbook(rows: Sequence[Sequence[Any]] = ROWS, header: Sequence[str] = HEADER) -> bytes:
    """As a team keeps it: a title above, the header in the third row."""
    book = Workbook()
    page: Any = book.active
    page.title = "MSEL"
    page.append(["KỊCH BẢN DIỄN TẬP 2023"])
    page.append([])
    page.append(header)
    for row in rows:
        page.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def at(draft: Scenario, rest: str = "") -> str:
    return f"/scenarios/{draft.code}/{draft.version}/import/{rest}"


def upload(client: Client, draft: Scenario, content: bytes, name: str = "kich-ban.xlsx") -> Any:
    return client.post(at(draft), {"file": SimpleUploadedFile(name, content)})


def text(response: Any) -> str:
    return str(response.content.decode())


class Walk:
    """One planner's import."""

    def __init__(self, client: Client, draft: Scenario) -> None:
        self.client, self.draft = client, draft
        self.found = Import.objects.latest("pk")

    @classmethod
    def to_check(
        cls, client: Client, draft: Scenario, content: bytes, name: str = "kich-ban.xlsx"
    ) -> Walk:
        answer = upload(client, draft, content, name)
        assert answer.status_code == 302, text(answer)
        walk = cls(client, draft)
        assert answer.url == walk.path("columns/")
        answer = walk.settle()
        assert answer.url == walk.path("check/"), text(answer)
        return walk

    def path(self, rest: str) -> str:
        return at(self.draft, f"{self.found.pk}/{rest}")

    def get(self, rest: str, **more: Any) -> Any:
        return self.client.get(self.path(rest), **more)

    def settle(self, **data: str) -> Any:
        """Say that the columns are as the page shows them."""
        page = text(self.get("columns/"))
        sent = dict(re.findall(r'type="hidden" name="(sheet|header_row)" value="(.*?)"', page))
        return self.client.post(self.path("columns/"), sent | data)

    def page(self, query: str = "") -> str:
        answer = self.get(f"check/{query}")
        assert answer.status_code == 200
        return text(answer)

    def fix(self, row: int, field: str, value: str | None, *, alike: str = "", **more: Any) -> Any:
        data = {"row": row, "field": field, "show": "around", "page": 1, "alike": alike}
        data |= {} if value is None else {"value": value}
        return self.client.post(self.path("fix/"), data, **more)

    def write(self) -> Any:
        digest = re.search(r'name="digest" value="(\w+)"', self.page())
        assert digest
        return self.client.post(self.path("write/"), {"digest": digest[1]})

    def bad(self) -> list[int]:
        return [int(row) for row in re.findall(r'data-bad="(\d+)"', self.page("?show=errors"))]


def numbers(draft: Scenario) -> list[str]:
    return list(draft.msel.values_list("number", flat=True))
