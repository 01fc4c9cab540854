"""A zip of XML parts, opened and streamed within limits: bombs, entities and lies end in a refusal.

Parts are never built into trees: a part of nothing but empty elements would take a hundred times
its size. ``zipfile`` gives no more bytes than a member declares, so what is declared is a bound.
"""

from __future__ import annotations

import io
import posixpath
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from django.utils.translation import gettext as _

from scenarios.intake.readers.foreign import password
from scenarios.intake.readers.limits import too_much_text
from scenarios.intake.reading import Unreadable

LIMIT_MEMBERS = 2_000
LIMIT_UNPACKED = 128 * 1024 * 1024
"""Bytes, of all parts that are read."""
LIMIT_RATIO = 300
"""Of a part's size to what it is packed in; only for parts larger than ``FREE_OF_RATIO``."""
FREE_OF_RATIO = 4 * 1024 * 1024
LIMIT_ELEMENTS = 2_000_000
LIMIT_DEPTH = 64
LIMIT_NAMES = 5_000
LIMIT_TAG = 1024 * 1024
LIMIT_RUNS = 64
"""Pieces (of up to 8,192 characters) of one text; Excel's longest has 32,767 characters."""

_CHUNK = 65_536
_CENTRAL_ENTRY = b"PK\x01\x02"
_BROKEN_ZIP = (
    BadZipFile,
    EOFError,
    IndexError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
    struct.error,
    zlib.error,
)

Attributes = dict[str, str]


@dataclass(frozen=True, slots=True)
class Handlers:
    """What is done at the start and at the end of the elements that matter, by their names."""

    starts: dict[str, Callable[[Attributes], None]]
    ends: dict[str, Callable[[], None]] = field(default_factory=dict)

    def prefixed(self, prefix: str) -> Handlers:
        """The same for a part whose root bears a prefix."""
        return Handlers(
            {prefix + name: handler for name, handler in self.starts.items()},
            {prefix + name: handler for name, handler in self.ends.items()},
        )


@dataclass(frozen=True, slots=True)
class Relation:
    """What a part refers to: the last word of its type, and the other part's name."""

    kind: str
    part: str


class Stream:
    """The part that is being parsed, for a handler that wants text."""

    def __init__(self, parser: expat.XMLParserType) -> None:
        self._parser = parser
        self.runs: list[str] = []

    def listen(self) -> None:
        """Collect text from here on."""
        self.runs = []
        self._parser.CharacterDataHandler = self.runs.append

    def heard(self) -> str:
        """The text since ``listen``, which ends here."""
        self._parser.CharacterDataHandler = None
        text = "".join(self.runs)
        self.runs = []
        return text


class Package:
    """The parts of a document. Their names are compared without case, as Office does."""

    def __init__(self, data: bytes) -> None:
        """Open the zip.

        Raises:
            Unreadable: it is damaged, encrypted, or made to harm.
        """
        if data.count(_CENTRAL_ENTRY) > LIMIT_MEMBERS:
            raise _bomb()
        try:
            self._zip = ZipFile(io.BytesIO(data))
            members = self._zip.infolist()
        except _BROKEN_ZIP as error:
            raise torn() from error
        self._members: dict[str, ZipInfo] = {}
        for member in members:
            name = member.filename.replace("\\", "/")
            if name.startswith("/") or ":" in name or ".." in name.split("/"):
                raise Unreadable(
                    "unsafe_names",
                    _("Bên trong tệp có đường dẫn trỏ ra ngoài tệp; tệp bị từ chối."),
                    _save_again(),
                )
            if name.lower() in self._members:
                raise torn()
            self._members[name.lower()] = member
        self._unpacked = 0
        self._elements = 0

    def __contains__(self, part: str) -> bool:
        return part.lower() in self._members

    def holds(self, folder: str) -> bool:
        """Whether a part lies in the folder."""
        return any(name.startswith(f"{folder}/") for name in self._members)

    def beginning(self, part: str) -> bytes:
        """The first bytes of a part; none if there is no such part."""
        member = self._members.get(part.lower())
        if member is None or member.flag_bits & 1:
            return b""
        try:
            with self._zip.open(member) as file:
                return file.read(256)
        except _BROKEN_ZIP:
            return b""

    def relations(self, part: str) -> dict[str, Relation]:
        """What a part refers to inside the package, by id; nothing if it tells nothing."""
        folder, name = posixpath.split(part)
        described = posixpath.join(folder, "_rels", f"{name}.rels")
        found: dict[str, Relation] = {}

        def relationship(attributes: Attributes) -> None:
            if attributes.get("TargetMode") != "External":
                kind = attributes.get("Type", "").rpartition("/")[2]
                target = posixpath.normpath(posixpath.join(folder, attributes.get("Target", "")))
                found[attributes.get("Id", "")] = Relation(kind, target.lstrip("/"))

        if described in self:
            self.parse(described, lambda _stream: Handlers({"Relationship": relationship}))
        return found

    def parse(self, part: str, handlers: Callable[[Stream], Handlers]) -> None:
        """Stream a part through handlers of its elements.

        Their names are those of the root's vocabulary, whatever prefix the file gives it.

        Raises:
            Unreadable: the part is missing or damaged, declares a DTD, or exceeds a limit.
        """
        member = self._members.get(part.lower())
        if member is None:
            raise torn()
        self._check_packing(member)
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse_doctype
        stream = Stream(parser)
        self._guard(parser, handlers(stream))
        try:
            with self._zip.open(member) as file:
                fed = 0
                while chunk := file.read(_CHUNK):
                    fed += len(chunk)
                    self._take(len(chunk))
                    parser.Parse(chunk, False)
                    self._check_memory(parser, fed, stream)
                parser.Parse(b"", True)
        except (expat.ExpatError, LookupError, *_BROKEN_ZIP) as error:
            raise torn() from error

    def _check_packing(self, member: ZipInfo) -> None:
        if member.flag_bits & 1:
            raise password()
        if member.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise torn()  # what no Office writes; zipfile unpacks the other kinds without bound
        too_dense = member.file_size > LIMIT_RATIO * max(member.compress_size, 1)
        if member.file_size > LIMIT_UNPACKED or (too_dense and member.file_size > FREE_OF_RATIO):
            raise _bomb()

    def _take(self, count: int) -> None:
        self._unpacked += count
        if self._unpacked > LIMIT_UNPACKED:
            raise _bomb()

    def _guard(self, parser: expat.XMLParserType, handlers: Handlers) -> None:
        """Let the handlers be called, while elements and their depth are counted."""
        starts, ends = handlers.starts, handlers.ends
        depth = 0
        left = LIMIT_ELEMENTS - self._elements

        def on_root(name: str, attributes: Attributes) -> None:
            nonlocal starts, ends
            if ":" in name:
                named = handlers.prefixed(name.partition(":")[0] + ":")
                starts, ends = named.starts, named.ends
            parser.StartElementHandler = on_start
            on_start(name, attributes)

        def on_start(name: str, attributes: Attributes) -> None:
            nonlocal depth, left
            depth += 1
            left -= 1
            if depth > LIMIT_DEPTH or left < 0:
                raise _bomb()
            if name in starts:
                starts[name](attributes)

        def on_end(name: str) -> None:
            nonlocal depth
            depth -= 1
            if depth == 0:
                self._elements = LIMIT_ELEMENTS - left
            if name in ends:
                ends[name]()

        parser.StartElementHandler = on_root
        parser.EndElementHandler = on_end

    def _check_memory(self, parser: expat.XMLParserType, fed: int, stream: Stream) -> None:
        """Refuse what expat keeps in memory: endless tags, ever new names, endless text."""
        if fed - parser.CurrentByteIndex > LIMIT_TAG or len(parser.intern) > LIMIT_NAMES:
            raise _bomb()
        if len(stream.runs) > LIMIT_RUNS:
            raise too_much_text()


def torn() -> Unreadable:
    """The refusal of a file that is cut off or damaged."""
    return Unreadable("damaged", _("Tệp bảng tính bị hỏng hoặc chưa tải xong."), _save_again())


def _bomb() -> Unreadable:
    return Unreadable(
        "too_large_unpacked",
        _("Nội dung bên trong tệp lớn bất thường so với một danh mục tình huống."),
        _("Chép các cột của danh mục sang một tệp mới, lưu thành .xlsx rồi chọn lại."),
    )


def _save_again() -> str:
    return _("Mở lại tệp gốc bằng Excel hoặc LibreOffice, lưu thành tệp mới rồi chọn lại.")


def _refuse_doctype(*_declaration: object) -> NoReturn:
    raise Unreadable(
        "unsafe_xml",
        _("Bên trong tệp có khai báo DTD hoặc thực thể XML; tệp bị từ chối."),
        _save_again(),
    )
