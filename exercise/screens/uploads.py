"""Checking uploaded files by what they contain, not by what they are called."""

from __future__ import annotations

import hashlib
import io
import warnings

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from PIL import Image

from exercise.conduct import Upload

IMAGES = {
    "JPEG": ("image/jpeg", (".jpg", ".jpeg")),
    "PNG": ("image/png", (".png",)),
    "WEBP": ("image/webp", (".webp",)),
}
DOCUMENTS = {
    b"%PDF-": ("application/pdf", (".pdf",)),
    b"PK\x03\x04": (
        "application/zip",
        (".docx", ".xlsx", ".pptx", ".odt", ".ods"),
    ),
    b"\xd0\xcf\x11\xe0": ("application/x-ole-storage", (".doc", ".xls", ".ppt")),
}
MOST_PIXELS = 50_000_000
LONGEST_NAME = 200


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
    """The file as checked content.

    Raises:
        forms.ValidationError: empty, too large, or of a kind not accepted; names the file.
    """
    name = (file.name or "tệp").replace("\\", "/").rsplit("/", 1)[-1]
    limit = settings.UPLOAD_LIMIT_BYTES
    if not file.size:
        raise forms.ValidationError(_("Tệp %(name)s rỗng."), params={"name": name})
    if file.size > limit:
        raise forms.ValidationError(
            _("Tệp %(name)s lớn hơn %(limit)d MB."),
            params={"name": name, "limit": limit // (1024 * 1024)},
        )
    content = file.read()
    content_type, endings = _kind(name, content)
    return Upload(
        name=_named(name, endings),
        content_type=content_type,
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
    )


def _named(name: str, endings: tuple[str, ...]) -> str:
    """The name with an ending of its kind, cut to length before the ending.

    A picture can be a web page as well: under its sender's ".html" it would be opened as one.
    """
    ending = next((one for one in endings if name.lower().endswith(one)), None)
    stem = name if ending is None else name[: -len(ending)]
    ending = endings[0] if ending is None else name[-len(ending) :]
    return stem[: LONGEST_NAME - len(ending)] + ending


def _kind(name: str, content: bytes) -> tuple[str, tuple[str, ...]]:
    """Content type, and the endings a file of this kind may have."""
    lower = name.lower()
    for magic, (content_type, endings) in DOCUMENTS.items():
        if content.startswith(magic) and lower.endswith(endings):
            return content_type, endings
    if found := _image_kind(content):
        return found
    raise forms.ValidationError(
        _("Tệp %(name)s không thuộc loại nhận được: ảnh JPEG, PNG, WebP; PDF; văn bản, bảng tính."),
        params={"name": name[:LONGEST_NAME]},
    )


def _image_kind(content: bytes) -> tuple[str, tuple[str, ...]] | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=list(IMAGES)) as image:
                if image.width * image.height > MOST_PIXELS:
                    return None
                image.verify()
                return IMAGES[str(image.format)]
    except Exception:  # Pillow raises many kinds on hostile input; each means "no image"
        return None
