"""One mapping of a scenario file, read key by key; whatever is wrong goes to the report.

Every reader answers a value of the right type even after a problem, so that checking goes on and
tells everything at once. What was made of such stand-ins is thrown away: the report raises.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db.models import TextChoices
from django.utils.translation import gettext as _

from scenarios.reading import moments
from scenarios.reading.problems import Report
from scenarios.reading.source import Kind, Node
from units.text import LANGUAGES, Text

T = TypeVar("T")

MOST_ITEMS = 10_000
MOST_NAMES = 100
NAME_LENGTH = 150
CODE = re.compile(r"\S(?:.*\S)?")
SLUG = re.compile(r"[-a-zA-Z0-9_]+")
USERNAME = re.compile(r"[\w.@+-]+")


@dataclass(frozen=True, slots=True)
class Ref:
    """A word that names something else in the file, with its place."""

    word: str
    line: int
    path: str


class Fields:
    """A mapping and the keys it may have."""

    def __init__(
        self,
        report: Report,
        node: Node,
        path: str,
        keys: tuple[str, ...],
        *,
        about: str = "",
        line: int | None = None,
    ) -> None:
        self.report = report
        self.path = path
        self.about = about
        self.line = line or node.line
        self._is_map = node.kind is Kind.MAP
        self._entries = node.entries
        self._key_lines = node.key_lines
        if not self._is_map:
            self._wrong_type(node, path, _("một nhóm mục “tên: giá trị”"))
            return
        for key, value in node.entries.items():
            if key not in keys:
                self.add(
                    node.key_lines[key],
                    self.at(key),
                    "unknown_key",
                    _("Mục không có trong định dạng."),
                    value.shown(),
                    report.propose(key, keys) or _("Bỏ mục này."),
                )

    # ── telling ─────────────────────────────────────────────────────────────────────────────
    def at(self, key: str) -> str:
        """The path of a key."""
        key = key if len(key) <= 60 else key[:59] + "…"
        return f"{self.path}.{key}" if self.path else key

    def add(
        self, line: int, path: str, code: str, message: str, value: str = "", remedy: str = ""
    ) -> None:
        """Report a problem in the words of this mapping."""
        words = f"{self.about}: {message}" if self.about else message
        self.report.add(line, path, code, words, value, remedy)

    def problem(self, key: str, code: str, message: str, remedy: str = "") -> None:
        """Report a problem of the value at ``key``, or of its absence."""
        node = self._entries.get(key)
        line = self._key_lines.get(key, self.line) if node is None else node.line
        self.add(line, self.at(key), code, message, node.shown() if node else "", remedy)

    def wrong_ref(self, ref: Ref, code: str, message: str, remedy: str = "") -> None:
        """Report a reference."""
        self.add(ref.line, ref.path, code, message, ref.word, remedy)

    def check_ref(self, ref: Ref, known: Collection[str], code: str, message: str) -> bool:
        """Whether a reference names something known; reports it, with the nearest, if not."""
        if ref.word in known:
            return True
        self.wrong_ref(ref, code, message, self.report.propose(ref.word, known))
        return False

    def _wrong_type(self, node: Node, path: str, wanted: str) -> None:
        remedy = ""
        if node.kind in (Kind.NUMBER, Kind.BOOL) and len(node.text) < 40:
            remedy = _("Nếu là chữ, đặt trong dấu nháy kép: %(quoted)s.") % {
                "quoted": f'"{node.text}"'
            }
        message = _("Sai kiểu dữ liệu: cần %(wanted)s.") % {"wanted": wanted}
        self.add(node.line, path, "wrong_type", message, node.shown(), remedy)

    # ── reading ─────────────────────────────────────────────────────────────────────────────
    def node(self, key: str, *, required: bool = False) -> Node | None:
        """The value at ``key``; one left empty counts as absent."""
        found = self._entries.get(key)
        if found is not None and found.kind is not Kind.NULL:
            return found
        if required and self._is_map:
            self.problem(
                key,
                "missing_key",
                _("Thiếu mục bắt buộc “%(key)s”.") % {"key": key},
                _("Thêm mục “%(key)s”.") % {"key": key},
            )
        return None

    def ref(self, key: str, *, required: bool = False) -> Ref | None:
        """A word, with its place."""
        found = self.node(key, required=required)
        return None if found is None else self._word(found, self.at(key))

    def word(self, key: str, *, required: bool = False) -> str:
        """A word, or ``""``."""
        found = self.ref(key, required=required)
        return found.word if found else ""

    def _word(self, node: Node, path: str) -> Ref | None:
        if node.kind is not Kind.TEXT:
            self._wrong_type(node, path, _("một dòng chữ"))
            return None
        if not node.text.strip():
            self.add(node.line, path, "blank", _("Mục để trống."), remedy=_("Điền nội dung."))
            return None
        return Ref(node.text, node.line, path)

    def code(
        self, key: str, pattern: re.Pattern[str] = CODE, longest: int = 20, *, required: bool = True
    ) -> str:
        """A word that names something; answered even if unfit, so that references to it hold."""
        word = self.word(key, required=required)
        if word and (len(word) > longest or not pattern.fullmatch(word)):
            if pattern is SLUG:
                remedy = _("Chỉ dùng chữ không dấu, chữ số, “-” và “_”, tối đa %(longest)d ký tự.")
            elif pattern is USERNAME:
                remedy = _("Chỉ dùng chữ, chữ số và . @ + - _, tối đa %(longest)d ký tự.")
            else:
                remedy = _("Viết trên một dòng, không thừa dấu cách, tối đa %(longest)d ký tự.")
            message = _("Mã hoặc tên không hợp lệ.")
            self.problem(key, "bad_code", message, remedy % {"longest": longest})
        return word

    def text(self, key: str, *, required: bool = False) -> Text:
        """Text in one language or both."""
        found = self.node(key, required=required)
        return Text() if found is None else self._text(found, self.at(key))

    def _text(self, node: Node, path: str) -> Text:
        if node.kind is not Kind.MAP:
            word = self._word(node, path)
            return Text(vi=word.word) if word else Text()
        sides = Fields(self.report, node, path, LANGUAGES, about=self.about)
        nodes = {code: sides.node(code) for code in LANGUAGES}
        written = [c for c, n in nodes.items() if n and (n.kind is not Kind.TEXT or n.text.strip())]
        if not written:
            remedy = _("Viết ít nhất một trong hai: vi, en.")
            self.add(node.line, path, "blank", _("Mục để trống."), node.shown(), remedy)
        return Text(**{code: sides.word(code) for code in written})

    def flag(self, key: str, *, default: bool) -> bool:
        """True or false."""
        found = self.node(key)
        if found is None:
            return default
        if found.kind is not Kind.BOOL:
            self._wrong_type(found, self.at(key), _("true hoặc false"))
            return default
        return found.text.lower() == "true"

    def choice(
        self, key: str, choices: type[TextChoices] | tuple[str, ...], default: str = ""
    ) -> str:
        """One of a closed list; required where there is no default."""
        found = self.ref(key, required=not default)
        if found is None:
            return default
        allowed = choices if isinstance(choices, tuple) else tuple(choices.values)
        if found.word in allowed:
            return found.word
        nearest = self.report.propose(found.word, allowed)
        one_of = _("Chọn một trong: %(words)s.") % {"words": ", ".join(allowed)}
        remedy = f"{nearest} {one_of}" if nearest else one_of
        self.wrong_ref(found, "unknown_value", _("Giá trị không có trong danh sách."), remedy)
        return default

    def items(self, key: str, *, required: bool = False) -> list[tuple[Node, str]]:
        """The items of a list, each with its path."""
        found = self.node(key, required=required and not self.report.draft)
        if found is None:
            if required:  # reported already, unless it may wait
                self.report.unfinished = True
            return []
        if found.kind is not Kind.LIST:
            self._wrong_type(found, self.at(key), _("một danh sách"))
            return []
        if required and not found.items:
            self.problem(key, "empty_list", _("Danh sách trống."), _("Thêm ít nhất một mục."))
        if len(found.items) > MOST_ITEMS:
            message = _("Danh sách dài quá %(count)d mục.") % {"count": MOST_ITEMS}
            self.problem(key, "too_many_items", message)
        return [(node, f"{self.at(key)}[{n}]") for n, node in enumerate(found.items[:MOST_ITEMS])]

    def each(self, key: str, keys: tuple[str, ...], *, required: bool = False) -> Iterator[Fields]:
        """The mappings of a list."""
        for node, path in self.items(key, required=required):
            yield Fields(self.report, node, path, keys)

    def inside(self, key: str, keys: tuple[str, ...], *, required: bool = False) -> Fields | None:
        """The mapping at ``key``."""
        found = self.node(key, required=required)
        if found is None:
            return None
        line = self._key_lines.get(key, found.line)
        return Fields(self.report, found, self.at(key), keys, about=self.about, line=line)

    def refs(self, key: str, *, required: bool = False) -> list[Ref]:
        """A list of words, each once."""
        found: dict[str, Ref] = {}
        for node, path in self.items(key, required=required):
            ref = self._word(node, path)
            if ref is None:
                continue
            if ref.word in found:
                self.wrong_ref(ref, "duplicate", _("Lặp lại trong danh sách."), _("Bỏ một lần."))
            found.setdefault(ref.word, ref)
        return list(found.values())

    def texts(self, key: str) -> tuple[Text, ...]:
        """A list of texts."""
        return tuple(self._text(node, path) for node, path in self.items(key))

    def named(self, key: str) -> tuple[tuple[str, str], ...]:
        """A mapping of free names to words; a name left empty counts as absent."""
        found = self.node(key)
        if found is None:
            return ()
        if found.kind is not Kind.MAP:
            self._wrong_type(found, self.at(key), _("một nhóm mục “tên: giá trị”"))
            return ()
        if len(found.entries) > MOST_NAMES:
            message = _("Danh sách dài quá %(count)d mục.") % {"count": MOST_NAMES}
            self.problem(key, "too_many_items", message)
            return ()
        words = Fields(self.report, found, self.at(key), tuple(found.entries), about=self.about)
        for name in found.entries:
            if len(name) > NAME_LENGTH or not CODE.fullmatch(name):
                remedy = _("Viết trên một dòng, không thừa dấu cách, tối đa %(longest)d ký tự.")
                message = _("Mã hoặc tên không hợp lệ.")
                words.problem(name, "bad_code", message, remedy % {"longest": NAME_LENGTH})
        pairs = ((name, words.word(name)) for name in found.entries)
        return tuple((name, word) for name, word in pairs if word)

    # ── times ───────────────────────────────────────────────────────────────────────────────
    def duration(self, key: str, *, zero: bool = False) -> int | None:
        """Seconds of ``1h30m``."""
        found = self.ref(key)
        if found is None:
            return None
        length = self._spelled(key, moments.duration_s, found.word, _("Ví dụ đúng: 10m, 1h30m."))
        if length is None:
            return None
        if length < 0 or found.word.startswith("-"):
            message = _("Khoảng thời gian không được âm.")
            self.problem(key, "negative_duration", message, _("Ví dụ đúng: 10m, 1h30m."))
            return None
        if not length and not zero:
            message = _("Khoảng thời gian phải lớn hơn 0.")
            self.problem(key, "zero_duration", message, _("Ví dụ đúng: 10m, 1h30m."))
            return None
        return length

    def moment(self, key: str, zero: datetime) -> int | None:
        """Calendar µs since ``zero`` of ``N1 07:05``."""
        found = self.ref(key, required=True)
        if found is None:
            return None
        example = _("Ví dụ đúng: N1 07:05 (ngày thứ nhất, 7 giờ 05 phút).")
        return self._spelled(key, lambda word: moments.moment_us(word, zero), found.word, example)

    def start(self, key: str) -> datetime | None:
        """The naive local date and time of ``2023-10-10T07:00``."""
        found = self.ref(key, required=True)
        if found is None:
            return None
        example = _("Ví dụ đúng: 2023-10-10T07:00 (giờ địa phương, không ghi múi giờ).")
        return self._spelled(key, moments.start, found.word, example)

    def _spelled(self, key: str, read: Callable[[str], T], word: str, example: str) -> T | None:
        try:
            return read(word)
        except moments.Absurd:
            self.problem(key, "absurd_time", _("Thời gian vượt quá mức hợp lý."), example)
        except moments.BadSpelling:
            self.problem(key, "bad_time", _("Không đọc được thời gian."), example)
        return None
