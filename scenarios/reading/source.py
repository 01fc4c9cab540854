"""Bytes → plain data in which every value knows its line. What the data means is not known here.

YAML is read as a stream of parser events, never composed or constructed: depth, number of nodes
and aliases are counted while they arrive, so a hostile file is refused before it costs anything.
Plain words follow YAML 1.2's core schema, so ``NO`` and ``on`` are words and times stay text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext as _

from scenarios.reading.problems import Problem, ScenarioProblems, fatal, shortened
from units.text import canonical

LIMIT_BYTES = 10 * 1024 * 1024
LIMIT_DEPTH = 30
LIMIT_NODES = 400_000  # 5,000 injects in two languages
LIMIT_ALIASES = 100
LIMIT_ALIASED_WEIGHT = 10_000

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULL = re.compile(r"~|null|Null|NULL|")
_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_NUMBER = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|0o[0-7]+|0x[0-9a-fA-F]+"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_JSON_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]]|-?[0-9][-+.0-9eE]*|true|false|null')


class Kind(Enum):
    """What a node of the file is."""

    MAP = "map"
    LIST = "list"
    TEXT = "text"
    NUMBER = "number"
    BOOL = "bool"
    NULL = "null"


@dataclass(slots=True)
class Node:
    """One value of the file. Numbers stay as written: nothing in a scenario is one."""

    kind: Kind
    line: int
    text: str = ""
    items: list[Node] = field(default_factory=list)
    entries: dict[str, Node] = field(default_factory=dict)
    key_lines: dict[str, int] = field(default_factory=dict)
    weight: int = 1

    def shown(self) -> str:
        """The value for a reader."""
        if self.kind is Kind.MAP:
            return shortened("{" + ", ".join(list(self.entries)[:20]) + "}")
        if self.kind is Kind.LIST:
            return "[…]" if self.items else "[]"
        return shortened(self.text) if self.text.strip() else json.dumps(self.text[:20])


@dataclass(slots=True)
class Source:
    """The data of a file, with the problems that did not hinder reading on."""

    root: Node
    problems: list[Problem]


@dataclass(slots=True)
class _Event:
    """``open``, ``close``, ``scalar`` or ``alias`` with what belongs to it."""

    what: str
    line: int
    kind: Kind = Kind.NULL
    text: str = ""
    anchor: str | None = None


def bytes_of(path: Path) -> bytes:
    """The content of a file, never more than the limit and one byte.

    Raises:
        ScenarioProblems: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(LIMIT_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise fatal(
            "unreadable",
            _("Không đọc được tệp."),
            value=shortened(reason),
            remedy=_("Kiểm tra đường dẫn và quyền đọc tệp."),
        ) from error


def parse(data: bytes, name: str = "") -> Source:
    """Read YAML or JSON.

    Raises:
        ScenarioProblems: for what makes reading on pointless.
    """
    if len(data) > LIMIT_BYTES:
        raise fatal(
            "too_large",
            _("Tệp lớn hơn %(megabytes)d MB.") % {"megabytes": LIMIT_BYTES // 1024**2},
            remedy=_("Bỏ bớt nội dung; tệp đính kèm không nằm trong tệp kịch bản."),
        )
    text = _decoded(data)
    if not text.strip():
        raise fatal("empty", _("Tệp trống."), line=1)
    builder = _Builder()
    try:
        for event in _events(text, name):
            builder.take(event)
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        # PyYAML without libyaml lets the last two through for escapes such as "\\UFFFFFFFF".
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        raise fatal(
            "syntax",
            _("Tệp không đúng cú pháp YAML."),
            line=mark.line + 1 if mark else None,
            value=shortened(str(getattr(error, "problem", None) or error)),
            remedy=_("Kiểm tra thụt lề, dấu nháy và dấu ngoặc ở gần dòng này."),
        ) from error
    if builder.root is None or builder.root.kind is Kind.NULL:
        raise fatal("empty", _("Tệp không có nội dung nào."), line=1)
    return Source(builder.root, builder.problems)


def _decoded(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise fatal(
            "not_utf8",
            _("Tệp không phải văn bản UTF-8."),
            line=data[: error.start].count(b"\n") + 1,
            remedy=_("Lưu lại tệp với mã UTF-8."),
        ) from error
    if bad := _UNPRINTABLE.search(text):
        raise fatal(
            "binary",
            _("Tệp chứa ký tự điều khiển, không phải tệp văn bản."),
            line=text.count("\n", 0, bad.start()) + 1,
            value=f"U+{ord(bad.group()):04X}",
            remedy=_("Chọn đúng tệp kịch bản YAML hoặc JSON."),
        )
    return text


def _events(text: str, name: str) -> Iterator[_Event]:
    if text.lstrip()[0] in "{[":
        try:
            # Numbers are not converted: Python refuses whole numbers of many digits.
            json.loads(text, parse_int=str, parse_float=str, parse_constant=_no_constant)
            return _json_events(text)
        except RecursionError as error:
            raise _too_deep(None) from error
        except json.JSONDecodeError as error:
            if name.lower().endswith(".json"):
                raise fatal(
                    "syntax",
                    _("Tệp không đúng cú pháp JSON."),
                    line=error.lineno,
                    value=shortened(error.msg),
                    remedy=_("Kiểm tra dấu phẩy, dấu nháy và dấu ngoặc ở gần dòng này."),
                ) from error
    return _yaml_events(text)


def _no_constant(word: str) -> None:
    raise json.JSONDecodeError("not JSON", word, 0)


def _json_events(text: str) -> Iterator[_Event]:
    """Events of text that is known to be JSON, so that commas and colons need no look."""
    line, counted = 1, 0
    for match in _JSON_TOKEN.finditer(text):
        line, counted = line + text.count("\n", counted, match.start()), match.start()
        token = match.group()
        if token in "{[":
            yield _Event("open", line, Kind.MAP if token == "{" else Kind.LIST)
        elif token in "}]":
            yield _Event("close", line)
        elif token[0] == '"':
            yield _Event("scalar", line, Kind.TEXT, json.loads(token))
        else:
            yield _Event("scalar", line, _plain_kind(token), token)


def _yaml_events(text: str) -> Iterator[_Event]:
    documents = 0
    for event in yaml.parse(text, Loader=_LOADER):
        position = event.start_mark
        line = position.line + 1 if position else 1
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise fatal(
                    "several_documents",
                    _("Tệp chứa nhiều tài liệu YAML."),
                    line=line,
                    remedy=_("Mỗi tệp chỉ một kịch bản; bỏ dòng “---”."),
                )
        tag = getattr(event, "tag", None)
        if tag:
            raise fatal(
                "tag",
                _("Không dùng thẻ kiểu của YAML."),
                line=line,
                value=shortened(str(tag)),
                remedy=_("Bỏ phần bắt đầu bằng dấu “!”."),
            )
        if isinstance(event, yaml.AliasEvent):
            yield _Event("alias", line, anchor=event.anchor)
        elif isinstance(event, yaml.ScalarEvent):
            kind = _plain_kind(event.value) if event.implicit[0] else Kind.TEXT
            yield _Event("scalar", line, kind, event.value, event.anchor)
        elif isinstance(event, yaml.MappingStartEvent):
            yield _Event("open", line, Kind.MAP, anchor=event.anchor)
        elif isinstance(event, yaml.SequenceStartEvent):
            yield _Event("open", line, Kind.LIST, anchor=event.anchor)
        elif isinstance(event, yaml.CollectionEndEvent):
            yield _Event("close", line)


def _plain_kind(word: str) -> Kind:
    if _NULL.fullmatch(word):
        return Kind.NULL
    if _BOOL.fullmatch(word):
        return Kind.BOOL
    return Kind.NUMBER if _NUMBER.fullmatch(word) else Kind.TEXT


def _too_deep(line: int | None) -> ScenarioProblems:
    return fatal("too_deep", _("Dữ liệu lồng nhau quá sâu."), line=line)


class _Builder:
    """Puts the tree together without recursion, counting as it goes."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self.problems: list[Problem] = []
        self._open: list[tuple[Node, str, str | None]] = []
        self._keys: list[tuple[str, int] | None] = []
        self._anchors: dict[str, Node] = {}
        self._nodes = self._aliases = self._aliased = 0

    def take(self, event: _Event) -> None:
        """Take the next event."""
        if event.what == "close":
            node, _path, anchor = self._open.pop()
            self._keys.pop()
            if anchor:
                self._anchors[anchor] = node
            if self._open:
                self._open[-1][0].weight += node.weight
            return
        self._nodes += 1
        if self._nodes > LIMIT_NODES:
            raise fatal("too_many_nodes", _("Tệp có quá nhiều mục dữ liệu."), line=event.line)
        if self._open and self._open[-1][0].kind is Kind.MAP and self._keys[-1] is None:
            self._take_key(event)
            return
        if event.what == "alias":
            self._place(self._aliased_node(event))
            return
        path = self._path()
        node = Node(event.kind, event.line, self._clean(event, path))
        if event.what == "open":
            # Only what is complete can be referred to: an alias inside its own anchor is refused.
            self._anchors.pop(event.anchor or "", None)
            self._place(node)
            if len(self._open) >= LIMIT_DEPTH:
                raise _too_deep(event.line)
            self._open.append((node, path, event.anchor))
            self._keys.append(None)
            return
        node.weight = 1 + len(event.text) // 64
        if event.anchor:
            self._anchors[event.anchor] = node
        self._place(node)
        if self._open:
            self._open[-1][0].weight += node.weight

    def _take_key(self, event: _Event) -> None:
        if event.what != "scalar":
            raise fatal(
                "bad_key",
                _("Tên mục phải là một từ."),
                line=event.line,
                remedy=_("Kiểm tra dấu hai chấm và dấu ngoặc ở dòng này."),
            )
        mapping, path, _anchor = self._open[-1]
        if event.anchor:
            self._anchors[event.anchor] = Node(event.kind, event.line, event.text)
        key = self._clean(event, path)
        self._keys[-1] = (key, event.line)
        if key in mapping.key_lines:
            self.problems.append(
                Problem(
                    event.line,
                    f"{path}.{key}" if path else key,
                    "duplicate_key",
                    _("Mục đã có ở dòng %(line)d.") % {"line": mapping.key_lines[key]},
                    shortened(key),
                    _("Bỏ một trong hai mục."),
                )
            )
        mapping.key_lines.setdefault(key, event.line)

    def _aliased_node(self, event: _Event) -> Node:
        node = self._anchors.get(event.anchor or "")
        if node is None:
            raise fatal(
                "unknown_alias",
                _("Tham chiếu YAML đến một mục chưa có hoặc đến chính nó."),
                line=event.line,
                value=f"*{shortened(event.anchor or '')}",
                remedy=_("Viết đầy đủ nội dung thay cho tham chiếu."),
            )
        self._aliases += 1
        self._aliased += node.weight
        if self._aliases > LIMIT_ALIASES or self._aliased > LIMIT_ALIASED_WEIGHT:
            raise fatal(
                "yaml_bomb",
                _("Tệp dùng quá nhiều tham chiếu YAML, nội dung phình ra quá mức."),
                line=event.line,
                value=f"*{shortened(event.anchor or '')}",
                remedy=_("Viết đầy đủ nội dung thay cho tham chiếu."),
            )
        if self._open:
            self._open[-1][0].weight += node.weight
        return node

    def _place(self, node: Node) -> None:
        if not self._open:
            self.root = node
            return
        parent = self._open[-1][0]
        if parent.kind is Kind.LIST:
            parent.items.append(node)
            return
        key, _line = self._keys[-1] or ("", 0)
        parent.entries.setdefault(key, node)
        self._keys[-1] = None

    def _path(self) -> str:
        if not self._open:
            return ""
        parent, path, _anchor = self._open[-1]
        if parent.kind is Kind.LIST:
            return f"{path}[{len(parent.items)}]"
        key = shortened((self._keys[-1] or ("", 0))[0])
        return f"{path}.{key}" if path else key

    def _clean(self, event: _Event, path: str) -> str:
        """The text in its one form, without what an escape such as ``\\0`` smuggled in: no database
        stores it.
        """
        bad = _UNPRINTABLE.search(event.text)
        if not bad:
            return canonical(event.text)
        self.problems.append(
            Problem(
                event.line,
                path,
                "control_character",
                _("Văn bản chứa ký tự điều khiển."),
                f"U+{ord(bad.group()):04X}",
                _("Xóa ký tự này."),
            )
        )
        return canonical(_UNPRINTABLE.sub("", event.text))
