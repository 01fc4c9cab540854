"""Checking uploaded files by what they contain, not by what they are called."""

from __future__ import annotations

import hashlib
import unicodedata
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from exercise.conduct import Upload
from exercise.screens import documents, pictures

IMAGES = {
    "JPEG": ("image/jpeg", (".jpg", ".jpeg")),
    "PNG": ("image/png", (".png",)),
    "WEBP": ("image/webp", (".webp",)),
}
LONGEST_NAME = 200
LONGEST_NAME_BYTES = 240
"""File systems take 255, and a browser may have to add " (1)"."""
NOT_IN_NAMES = {ord(letter): "_" for letter in '<>:"|?*'}
DEVICES = {"con", "prn", "aux", "nul"} | {
    f"{port}{n}" for port in ("com", "lpt") for n in range(10)
}
"""Names that mean a device to Windows, whatever ending they have."""


class FilesInput(forms.ClearableFileInput):
    """A file input that takes several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files at once, each checked; cleans to a list of ``Upload``."""

    widget = FilesInput

    def clean(self, data: object, initial: object = None) -> list[Upload]:
        given = data if isinstance(data, (list, tuple)) else [data]
        files = [one for one in given if isinstance(one, UploadedFile)]
        most = settings.UPLOAD_MOST_FILES
        if len(files) > most:
            raise forms.ValidationError(
                _("Gửi nhiều nhất %(count)d tệp một lần."), params={"count": most}
            )
        return [check(file) for file in files]


def check(file: UploadedFile) -> Upload:
    """The file as it is stored: a picture drawn anew, a document as it came.

    Raises:
        forms.ValidationError: empty, too large, or of a kind not accepted; names the file.
    """
    name = harmless_name(file.name or "")
    limit = settings.UPLOAD_LIMIT_BYTES
    if not file.size:
        raise _refused(_("Tệp %(name)s rỗng."), name)
    if file.size > limit:
        words = _("Tệp %(name)s lớn hơn %(limit)d MB.")
        raise _refused(words, name, limit=limit // (1024 * 1024))
    content_type, endings, content = _stored(name, file.read())
    return Upload(
        name=_named(name, endings),
        content_type=content_type,
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
    )


def _refused(words: Any, name: str, **params: object) -> forms.ValidationError:
    return forms.ValidationError(words, params={"name": name[:LONGEST_NAME], **params})


# ── the content ─────────────────────────────────────────────────────────────────────────────────
def _stored(name: str, content: bytes) -> tuple[str, tuple[str, ...], bytes]:
    """Content type, the endings a file of this kind may have, and what is stored of it."""
    ending = _ending(name)
    try:
        if document := documents.kind_of(ending, content):
            return document, (ending,), content
        if picture := pictures.redraw(content):
            return *IMAGES[picture.format], picture.content
    except documents.HasMacros:
        words = _(
            "Tệp %(name)s có macro nên không nhận. Lưu lại dạng không có macro, hoặc PDF, rồi gửi."
        )
        raise _refused(words, name) from None
    except documents.NotWhatItSays:
        words = _(
            "Tệp %(name)s hỏng, có mật khẩu, hoặc không phải loại %(ending)s. "
            "Mở ra, lưu lại rồi gửi."
        )
        raise _refused(words, name, ending=ending) from None
    except pictures.TooManyPixels:
        words = _("Ảnh %(name)s có quá nhiều điểm ảnh. Giảm kích thước rồi gửi.")
        raise _refused(words, name) from None
    except pictures.Unreadable:
        words = _("Ảnh %(name)s hỏng hoặc gửi chưa hết. Mở ra, lưu lại rồi gửi.")
        raise _refused(words, name) from None
    raise _refused(
        _("Tệp %(name)s không thuộc loại nhận được: ảnh JPEG, PNG, WebP; PDF; văn bản, bảng tính."),
        name,
    )


# ── the name ────────────────────────────────────────────────────────────────────────────────────
def harmless_name(given: str) -> str:
    """The last part of the name, without what is invisible, turns the reading direction, or means
    something to a file system.
    """
    last = given.replace("\\", "/").rsplit("/", 1)[-1]
    composed = unicodedata.normalize("NFC", last)
    seen = "".join(
        letter
        for letter in composed
        if unicodedata.category(letter)[0] not in "CZ" or letter == " "
    )
    name = seen.translate(NOT_IN_NAMES).strip(" .")
    if name.split(".", 1)[0].strip().lower() in DEVICES:
        name = f"_{name}"
    return name or "tệp"


def _ending(name: str) -> str:
    _stem, dot, rest = name.rpartition(".")
    return f".{rest.lower()}" if dot else ""


def _named(name: str, endings: tuple[str, ...]) -> str:
    """The name with an ending of its kind, cut to length before the ending.

    A picture can be a web page as well: under its sender's ".html" it would be opened as one.
    """
    ending = next((one for one in endings if name.lower().endswith(one)), None)
    stem = name if ending is None else name[: -len(ending)]
    ending = endings[0] if ending is None else name[-len(ending) :]
    stem = stem[: LONGEST_NAME - len(ending)]
    most_bytes = LONGEST_NAME_BYTES - len(ending)
    return stem.encode()[:most_bytes].decode(errors="ignore").rstrip(" .") + ending
