"""Telling office documents by what they hold, and those that carry programs.

Nothing of a document is unpacked but the small list that says what it is.
"""

from __future__ import annotations

import io
import zipfile
from xml.parsers import expat

OFFICE = "application/vnd.openxmlformats-officedocument."
ODF = "application/vnd.oasis.opendocument."
MAIN_PARTS = {
    ".docx": OFFICE + "wordprocessingml.document",
    ".xlsx": OFFICE + "spreadsheetml.sheet",
    ".pptx": OFFICE + "presentationml.presentation",
}
ODF_KINDS = {".odt": ODF + "text", ".ods": ODF + "spreadsheet"}
OLD_KINDS = {
    ".doc": "application/msword",
    ".xls": "application/vnd.ms-excel",
    ".ppt": "application/vnd.ms-powerpoint",
}
ZIP, OLE, PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF-"
MOST_MEMBERS = 5000
MOST_LIST_BYTES = 1_000_000
_ENTRY = b"PK\x01\x02"
_MACRO_TYPES = ("macroenabled", "vbaproject", "macrosheet", "activex")
_MACRO_MEMBERS = ("vbaproject.bin", "vbadata.xml")
_MACRO_FOLDERS = ("basic/", "scripts/", "xl/macrosheets/")
_MACRO_STORAGE = "_VBA_PROJECT".encode("utf-16-le")


class NotWhatItSays(Exception):
    """The content is not of the kind its name says, is locked, or cannot be read."""


class HasMacros(Exception):
    """It carries programs that run when it is opened."""


def kind_of(ending: str, content: bytes) -> str | None:
    """The content type of a document; ``None`` when its name and beginning are of no document.

    Raises:
        NotWhatItSays: its beginning fits the name, the rest does not.
        HasMacros: see there.
    """
    if ending == ".pdf":
        return "application/pdf" if content.startswith(PDF) else None
    if ending in OLD_KINDS and content.startswith(OLE):
        # Directory names lie in the open in this format.
        if _MACRO_STORAGE in content:
            raise HasMacros
        return OLD_KINDS[ending]
    if content.startswith(ZIP) and (ending in MAIN_PARTS or ending in ODF_KINDS):
        return _packed(ending, content)
    return None


def _packed(ending: str, content: bytes) -> str:
    # Counted before the list of members is read: each takes a kilobyte of memory.
    if content.count(_ENTRY) > MOST_MEMBERS:
        raise NotWhatItSays
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if ending in ODF_KINDS:
                found, types = ODF_KINDS[ending], {_read(archive, "mimetype").decode("ascii")}
            else:
                found = MAIN_PARTS[ending]
                types = {
                    kind.removesuffix(".main+xml")
                    for kind in _types(_read(archive, "[Content_Types].xml"))
                }
            names = [name.lower() for name in archive.namelist()]
    except NotWhatItSays:
        raise
    except Exception as error:  # zipfile raises many kinds on hostile input
        raise NotWhatItSays from error
    if _macros(names, types):
        raise HasMacros
    if found not in types:
        raise NotWhatItSays
    return found


def _macros(names: list[str], types: set[str]) -> bool:
    return (
        any(word in kind.lower() for kind in types for word in _MACRO_TYPES)
        or any(name.rsplit("/", 1)[-1] in _MACRO_MEMBERS for name in names)
        or any(name.startswith(_MACRO_FOLDERS) for name in names)
    )


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as member:  # a locked one raises RuntimeError
        found = member.read(MOST_LIST_BYTES + 1)
    if len(found) > MOST_LIST_BYTES:
        raise NotWhatItSays
    return found


def _types(xml: bytes) -> set[str]:
    """Every content type the list names. No document type of its own: that is how bombs begin."""
    found: set[str] = set()

    def start(_tag: str, attributes: dict[str, str]) -> None:
        found.add(attributes.get("ContentType", ""))

    def refuse(*_words: object) -> None:
        raise NotWhatItSays

    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = refuse
    parser.Parse(xml, True)
    return found
