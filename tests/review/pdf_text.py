"""The words of a PDF as Typst writes it, read through its own fonts' tables: enough for a test that
wants to find sentences, and no reader of any PDF.
"""

from __future__ import annotations

import re
import zlib

_OBJECT = re.compile(rb"(\d+) 0 obj\b(.*?)\bendobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_PAIR = re.compile(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")
_TOKEN = re.compile(rb"/(\w+) [\d.]+ Tf|<([0-9A-Fa-f]+)>|\((?:\\.|[^\\()])*\)|(ET)", re.DOTALL)
_NAMED = re.compile(rb"/(\w+) (\d+) 0 R")


class Pdf:
    """The objects of a file."""

    def __init__(self, content: bytes) -> None:
        self.objects = dict(self._objects(content))

    @staticmethod
    def _objects(content: bytes):
        for number, body in _OBJECT.findall(content):
            stream = _STREAM.search(body)
            head = body[: stream.start()] if stream else body
            data = stream[1] if stream else b""
            yield int(number), (head, zlib.decompress(data) if b"FlateDecode" in head else data)

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
                    self.objects[int(re.search(rb"/%s (\d+) 0 R" % name, head)[1])]
                    for name in (b"Contents", b"Resources")
                )
                found.append(_words(contents[1], self.fonts(resources[0])))
        return found


def _letters(table: str) -> dict[int, str]:
    return {
        int(code, 16): bytes.fromhex(text).decode("utf-16-be")
        for code, text in _PAIR.findall(table)
    }


def _words(content: bytes, fonts: dict[bytes, dict[int, str]]) -> str:
    letters: dict[int, str] = {}
    said = []
    for found in _TOKEN.finditer(content):
        name, codes, end = found.groups()
        if name:
            letters = fonts.get(name, {})
        elif end:
            said.append(" ")
        elif codes:
            said += [letters.get(int(codes[n : n + 4], 16), "") for n in range(0, len(codes), 4)]
        else:
            said += [letters.get(code, "") for code in _two_by_two(found[0][1:-1])]
    return "".join(said)


_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def _two_by_two(text: bytes) -> list[int]:
    def plain(found: re.Match[bytes]) -> bytes:
        if found[1].isdigit():
            return bytes([int(found[1], 8)])
        return _ESCAPES.get(found[1], found[1])

    raw = re.sub(rb"\\([0-7]{1,3}|.)", plain, text, flags=re.DOTALL)
    return [int.from_bytes(raw[n : n + 2], "big") for n in range(0, len(raw), 2)]
