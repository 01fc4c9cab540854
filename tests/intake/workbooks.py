"""Workbooks written by hand, part by part, for what no office program would write."""

from __future__ import annotations

import io
import struct
import zlib
from zipfile import ZIP_DEFLATED, ZipFile

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
ROOT = f"""<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" Type="{RELATIONS}/officeDocument"
 Target="xl/workbook.xml"/></Relationships>"""
WORKBOOK = f"""<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>
<sheet name="Danh mục" sheetId="1" r:id="r1"/></sheets></workbook>"""
PARTS = f"""<Relationships xmlns="{PACKAGE}">
<Relationship Id="r1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>
<Relationship Id="r2" Type="{RELATIONS}/sharedStrings" Target="sharedStrings.xml"/>
<Relationship Id="r3" Type="{RELATIONS}/styles" Target="/xl/styles.xml"/></Relationships>"""


def sheet(rows: str, before: str = "") -> str:
    """The XML of a sheet around its rows."""
    return f'<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData></worksheet>'


def strings(*texts: str) -> str:
    """The XML of shared strings."""
    items = "".join(f"<si><t>{text}</t></si>" for text in texts)
    return f'<sst xmlns="{MAIN}">{items}</sst>'


def workbook(
    rows: str | None = None, compression: int = ZIP_DEFLATED, **parts: str | bytes
) -> bytes:
    """A workbook of one sheet with these rows; ``parts`` replaces or adds parts by their names."""
    contents: dict[str, str | bytes] = {
        "_rels/.rels": ROOT,
        "xl/workbook.xml": WORKBOOK,
        "xl/_rels/workbook.xml.rels": PARTS,
        "xl/sharedStrings.xml": strings("Nội dung"),
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"/>',
        "xl/worksheets/sheet1.xml": sheet(rows or ""),
    }
    return zipped(contents | parts, compression)


def zipped(contents: dict[str, str | bytes], compression: int = ZIP_DEFLATED) -> bytes:
    """A zip of these members."""
    file = io.BytesIO()
    with ZipFile(file, "w", compression, compresslevel=1) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return file.getvalue()


def repeated(beginning: bytes, piece: bytes, times: int, end: bytes) -> tuple[bytes, int, int]:
    """A deflated text of one piece many times over: (packed, size, crc), packed but once.

    A full flush makes the packed pieces independent, so that they can be multiplied.
    """

    def packed(text: bytes) -> bytes:
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        return packer.compress(text) + packer.flush(zlib.Z_FULL_FLUSH)

    crc = zlib.crc32(beginning)
    for _turn in range(times):
        crc = zlib.crc32(piece, crc)
    body = packed(beginning) + packed(piece) * times
    last = zlib.compressobj(9, zlib.DEFLATED, -15)
    body += last.compress(end) + last.flush()
    return body, len(beginning) + len(piece) * times + len(end), zlib.crc32(end, crc)


def with_packed(data: bytes, name: str, packed: tuple[bytes, int, int]) -> bytes:
    """The zip with one more member whose deflated bytes are given."""
    body, size, crc = packed
    with ZipFile(io.BytesIO(data)) as archive:
        members = {one.filename: archive.read(one) for one in archive.infolist()}
    members.pop(name, None)
    data = zipped(members)
    end = data.rindex(b"PK\x05\x06")
    count, length, start = struct.unpack("<HII", data[end + 10 : end + 20])
    path = name.encode()
    facts = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 33, crc, len(body), size, len(path), 0)
    local = b"PK\x03\x04" + facts + path + body
    central = b"PK\x01\x02" + struct.pack("<H", 20) + facts
    central += struct.pack("<HHHII", 0, 0, 0, 0, start) + path
    listing = data[start : start + length] + central
    closing = struct.pack(
        "<HHHHIIH", 0, 0, count + 1, count + 1, len(listing), start + len(local), 0
    )
    return data[:start] + local + listing + b"PK\x05\x06" + closing
