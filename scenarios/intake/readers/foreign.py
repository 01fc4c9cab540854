"""Files that are no table, known by their content, so that the refusal says what to do."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from scenarios.intake.reading import Unreadable

OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How old Office files begin, and new ones with a password."""

_IMAGES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\x00", b"MM\x00*")
_ARCHIVES = (b"\x1f\x8b\x08", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"BZh9", b"\xfd7zXZ\x00")
_HTML = re.compile(
    r"\s*(?:<!--.*?-->\s*)?<(?:!doctype\s+html|html|head|body|table|meta)\b", re.I | re.S
)
_XML = re.compile(r"\s*<(?:\?xml|!doctype|svg)\b", re.I)


def refuse_binary(data: bytes) -> None:
    """Raise ``Unreadable`` for what its first bytes tell to be something else."""
    if data.startswith(OLE2):
        raise _of_old_office(data)
    if data.startswith(b"%PDF-"):
        raise Unreadable(
            "pdf",
            _("Đây là tệp PDF, không phải bảng tính."),
            _("Chọn tệp .xlsx hoặc .csv gốc mà bản PDF được in ra từ đó."),
        )
    if data.startswith(_IMAGES) or _is_other_image(data):
        raise Unreadable(
            "image",
            _("Đây là tệp ảnh, không phải bảng tính."),
            _("Chọn tệp .xlsx hoặc .csv gốc của bảng trong ảnh."),
        )
    if data.startswith(_ARCHIVES):
        raise archive()
    if data.startswith(b"{\\rtf"):
        raise word()


def refuse_markup(text: str) -> None:
    """Raise ``Unreadable`` for web pages and other markup, often saved under the name .xls."""
    beginning = text[:4096]
    if _HTML.match(beginning) or beginning.startswith("MIME-Version:"):
        raise Unreadable(
            "html",
            _("Đây là trang web (HTML), không phải bảng tính, dù tên tệp có thể là .xls."),
            save_as_xlsx(),
        )
    if _XML.match(beginning):
        raise Unreadable("xml", _("Đây là tệp XML, không phải bảng tính .xlsx."), save_as_xlsx())


def save_as_xlsx() -> str:
    """What to do with a table in another format."""
    return _("Mở tệp bằng Excel hoặc LibreOffice, lưu thành “Excel Workbook (.xlsx)” rồi chọn lại.")


def empty() -> Unreadable:
    """The refusal of a file without a single cell."""
    return Unreadable("empty", _("Tệp trống."), _("Chọn tệp có bảng danh mục tình huống."))


def archive() -> Unreadable:
    """The refusal of a compressed file."""
    return Unreadable(
        "archive",
        _("Đây là tệp nén, không phải bảng tính."),
        _("Giải nén rồi chọn tệp .xlsx, .csv hoặc .json bên trong."),
    )


def word() -> Unreadable:
    """The refusal of a text document."""
    return Unreadable(
        "document",
        _("Đây là tệp văn bản Word, không phải bảng tính."),
        _("Chép bảng trong văn bản sang Excel, lưu thành .xlsx rồi chọn lại."),
    )


def password() -> Unreadable:
    """The refusal of an encrypted workbook."""
    return Unreadable(
        "password",
        _("Tệp được bảo vệ bằng mật khẩu."),
        _("Mở tệp bằng Excel, bỏ mật khẩu mở tệp (Tệp › Thông tin › Bảo vệ), lưu rồi chọn lại."),
    )


def _of_old_office(data: bytes) -> Unreadable:
    def holds(stream: str) -> bool:
        return stream.encode("utf-16-le") in data

    if holds("EncryptedPackage"):
        return password()
    if holds("WordDocument"):
        return word()
    if holds("Workbook") or holds("Book"):
        return Unreadable("xls", _("Đây là tệp Excel kiểu cũ (.xls)."), save_as_xlsx())
    return Unreadable(
        "old_office", _("Đây là tệp Office kiểu cũ, không phải bảng tính .xlsx."), save_as_xlsx()
    )


def _is_other_image(data: bytes) -> bool:
    return (
        (data[:4] == b"RIFF" and data[8:12] == b"WEBP")
        or (data[:2] == b"BM" and data[6:10] == b"\x00" * 4)
        or data[4:12] in (b"ftypheic", b"ftypheix", b"ftypavif", b"ftypmif1")
    )
