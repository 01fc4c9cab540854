"""The words of a PDF as Typst or Chromium writes it, read through its own fonts' tables: enough for
a test that wants to find sentences, and no reader of any PDF.
"""

from __future__ import annotations

import re
import zlib

_OBJECT = re.compile(rb"(\d+) 0 obj\b(.*?)\b(stream|endobj)", re.DOTALL)
_BLOCK = re.compile(r"beginbf(char|range)(.*?)endbf", re.DOTALL)
_HEX = re.compile(r"<([0-9A-Fa-f]+)>")
_TOKEN = re.compile(rb"/(\w+) [\d.]+ Tf|<([0-9A-Fa-f]+)>|(\()|\b(ET)\b")
_NAMED = re.compile(rb"/(\w+) (\d+) 0 R")


class Pdf:
    """The objects of a file."""

    def __init__(self, content: bytes) -> None:
        self.objects = dict(self._objects(content))

    @staticmethod
    def _objects(content: bytes):
        place = 0
        while found := _OBJECT.search(content, place):
            head, place = found[2], found.end()
            data = b""
            if found[3] == b"stream":  # binary: its end is where its length says
                start = content.index(b"\n", place) + 1
                place = start + int(re.search(rb"/Length (\d+)", head)[1])
                data = content[start:place]
            yield int(found[1]), (head, zlib.decompress(data) if b"FlateDecode" in head else data)

    @property
    def page_count(self) -> int:
        return sum(bool(re.search(rb"/Type\s*/Page\b", head)) for head, _ in self.objects.values())

    def fonts(self, resources: bytes) -> dict[bytes, dict[int, str]]:
        """Letters by code, of each font by its name in these resources."""
        found = {}
        block = re.search(rb"/Font\s*<<(.*?)>>", resources, re.DOTALL)
        for name, number in _NAMED.findall(block[1] if block else b""):
            font, _ = self.objects[int(number)]
            table = re.search(rb"/ToUnicode (\d+) 0 R", font)
            assert table, "a font whose letters cannot be read out of the file"
            found[name] = _letters(self.objects[int(table[1])][1].decode("latin-1"))
        return found

    @property
    def embedded(self) -> bool:
        """Whether every font that is described brings its own file."""
        described = [
            head
            for head, _ in self.objects.values()
            if re.search(rb"/Type\s*/FontDescriptor", head)
        ]
        return bool(described) and all(b"/FontFile" in head for head in described)

    def pages(self) -> list[str]:
        """The words of each page, in the order of the file."""
        found = []
        for head, _data in self.objects.values():
            if re.search(rb"/Type\s*/Page\b", head):
                contents, resources = (
                    re.search(rb"/%s (\d+) 0 R" % name, head)
                    for name in (b"Contents", b"Resources")
                )
                _, said = self.objects[int(contents[1])]
                # Chromium names a page's fonts in the page itself.
                names = self.objects[int(resources[1])][0] if resources else head
                found.append(_words(said, self.fonts(names)))
        return found


def _letters(table: str) -> dict[int, str]:
    """Letters by code; in a range of codes they follow one another."""
    found = {}
    for kind, block in _BLOCK.findall(table):
        codes = _HEX.findall(block)
        if kind == "char":
            lines = zip(codes[::2], codes[::2], codes[1::2], strict=True)
        else:
            lines = zip(codes[::3], codes[1::3], codes[2::3], strict=True)
        for first, last, text in lines:
            for step in range(int(last, 16) - int(first, 16) + 1):
                letters = bytes.fromhex(text).decode("utf-16-be")
                found[int(first, 16) + step] = letters[:-1] + chr(ord(letters[-1]) + step)
    return found


def _words(content: bytes, fonts: dict[bytes, dict[int, str]]) -> str:
    letters: dict[int, str] = {}
    said = []
    place = 0
    while found := _TOKEN.search(content, place):
        name, codes, text, end = found.groups()
        place = found.end()
        if name:
            letters = fonts.get(name, {})
        elif end:
            said.append(" ")
        elif codes:
            said += [letters.get(int(codes[n : n + 4], 16), "") for n in range(0, len(codes), 4)]
        elif text:
            place = _end_of_string(content, place)
            said += [letters.get(code, "") for code in _two_by_two(content[found.end() : place])]
    return "".join(said)


def _end_of_string(content: bytes, place: int) -> int:
    """Where a string ends; balanced brackets stand in it as they are."""
    depth = 1
    while depth:
        match content[place : place + 1]:
            case b"\\":
                place += 1
            case b"(":
                depth += 1
            case b")":
                depth -= 1
        place += 1
    return place - 1


_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def _two_by_two(text: bytes) -> list[int]:
    def plain(found: re.Match[bytes]) -> bytes:
        if found[1].isdigit():
            return bytes([int(found[1], 8)])
        return _ESCAPES.get(found[1], found[1])

    raw = re.sub(rb"\\([0-7]{1,3}|.)", plain, text, flags=re.DOTALL)
    return [int.from_bytes(raw[n : n + 2], "big") for n in range(0, len(raw), 2)]
