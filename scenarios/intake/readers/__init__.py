"""One file a format, each answering a ``Reading``; ``of`` finds the right one by the content.

Tables: ``xlsx`` (with ``package``, ``workbook_parts``, ``formats``) and ``delimited`` (with
``encodings``, ``delimiters``). Peers' exports: one module each, registered below.
"""

from __future__ import annotations

from typing import Any, Protocol

from django.utils.translation import gettext as _

from scenarios.intake.readers import (
    blueprint,
    cexf,
    delimited,
    documents,
    encodings,
    foreign,
    livefire,
    openaev,
    own,
    t3sf,
    xlsx,
)
from scenarios.intake.readers.limits import LIMIT_BYTES
from scenarios.intake.reading import Reading, Unreadable


class DocumentFormat(Protocol):
    """A module that reads one peer's JSON export."""

    def recognises(self, data: Any) -> bool:
        """Whether the data has the export's structure."""

    def read(self, data: Any) -> Reading:
        """The reading; raises ``Unreadable`` if the structure turns out to be broken."""


class TableFormat(Protocol):
    """A module that knows one peer's workbook by its header."""

    def refine(self, reading: Reading) -> Reading | None:
        """The reading with format, mapping and outline set; ``None`` if it is not the peer's."""


DOCUMENTS: tuple[DocumentFormat, ...] = (openaev, blueprint, cexf, t3sf, livefire)
"""In the order they are asked: LiveFireTTX's structure is the least told apart."""
TABLES: tuple[TableFormat, ...] = (own, blueprint, t3sf)


def of(data: bytes, name: str) -> Reading:
    """Read a file of any format; the name's ending is not believed, only shown.

    Text cells are composed (NFC), end their lines with ``\\n`` and hold no control characters;
    blank cells are ``None``. A sheet goes from row 1 to its last row that holds something.

    Raises:
        OwnFormat: it is a whole scenario in the product's own YAML or JSON: give it to
            ``scenarios.reading``.
        Unreadable: it is anything else that holds no table, is damaged, encrypted, or larger than
            ``limits`` allows.
    """
    if not data.strip(b"\x00\t\r\n "):
        raise foreign.empty()
    if len(data) > LIMIT_BYTES:
        raise Unreadable(
            "too_large",
            _("Tệp lớn hơn %(megabytes)d MB.") % {"megabytes": LIMIT_BYTES // 1024**2},
            _("Bỏ hình ảnh và các trang không liên quan trong tệp rồi chọn lại."),
        )
    if xlsx.recognises(data):
        return _refined(xlsx.read(data))
    foreign.refuse_binary(data)
    source = encodings.decoded(data)
    documents.refuse_own(source.text)
    foreign.refuse_markup(source.text)
    if documents.recognises(source.text):
        return _of_document(documents.parsed(source.text))
    return _refined(delimited.read(source, name))


def _of_document(data: Any) -> Reading:
    for format in DOCUMENTS:
        if format.recognises(data):
            return format.read(data)
    raise Unreadable(
        "unknown_json",
        _("Tệp JSON không thuộc định dạng nào đọc được."),
        _("Đọc được JSON của OpenAEV, Blueprint, MISP (CEXF), T3SF và LiveFireTTX."),
    )


def _refined(reading: Reading) -> Reading:
    for format in TABLES:
        if refined := format.refine(reading):
            return refined
    return reading
