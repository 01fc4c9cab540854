"""What a page shows, as it can be compared: a page drawn whole, and one kept up by the stream."""

from __future__ import annotations

import re
from html.parser import HTMLParser

MOST_ROWS = 60
_VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "source",
        "track",
        "wbr",
    ]
)
_ROOT = re.compile(r'<\w+\s[^>]*?hx-swap-oob="(?P<how>[^"]+)"[^>]*>')
_ID = re.compile(r'\bid="([^"]+)"')
_ROW = re.compile(r'<li id="(entry-\d+)".*?</li>', re.S)
_NOT_SHOWN = frozenset({"hx-swap-oob", "data-touched", "nonce"})
_OF_THE_REQUEST = frozenset({"csrfmiddlewaretoken", "next"})
"""Hidden fields that a page has and its stream, where there is no request, has not."""
_COUNTED = frozenset({"data-to", "data-clock"})
"""Elements whose text the page counts on by itself."""

Tokens = list[str]


def fragments(html: str) -> list[tuple[str, str, str]]:
    """The parts of an answer: how each is swapped, its id, its HTML. They lie side by side."""
    roots = list(_ROOT.finditer(html))
    ends = [root.start() for root in roots[1:]] + [len(html)]
    found = []
    for root, end in zip(roots, ends, strict=True):
        named = _ID.search(root[0])
        found.append((root["how"], named[1] if named else "", html[root.start() : end]))
    return found


class Shown:
    """A page as its reader has it: what was loaded, and what came since."""

    def __init__(self, page: str) -> None:
        self._page = page
        self._newest: dict[str, str] = {}
        self._rows: dict[str, str] = {}
        """The rows of the log, the newest first."""
        self._take_rows(page)

    def apply(self, html: str) -> None:
        """Swap what came into the page, as ``apply`` of app.js does."""
        for how, name, part in fragments(html):
            if how == "afterbegin:#log":
                self._take_rows(part)
            else:
                self._newest[name] = part

    def differs_from(self, fresh_page: str, names: set[str]) -> list[str]:
        """Where it does not show what a page loaded now shows: the part, and where they differ."""
        loaded, fresh = elements(self._page), elements(fresh_page)
        found = []
        for name in sorted(names):
            here = elements(self._newest[name]) if name in self._newest else loaded
            if here.get(name) != fresh.get(name):
                found.append(_difference(name, here.get(name, []), fresh.get(name, [])))
        rows = dict(_rows_of(fresh_page))
        mine = {name: elements(row) for name, row in self._rows.items() if name in rows}
        if list(mine) != list(rows) or any(mine[name] != elements(rows[name]) for name in rows):
            found.append(f"log: shows {list(mine)[:9]}, loaded anew {list(rows)[:9]}")
        return found

    def _take_rows(self, html: str) -> None:
        new = {name: row for name, row in _rows_of(html) if name not in self._rows}
        self._rows = dict(list((new | self._rows).items())[:MOST_ROWS])


def _difference(name: str, here: Tokens, fresh: Tokens) -> str:
    """The first place where the two part."""
    pairs = enumerate(zip(here, fresh, strict=False))
    place = next((n for n, (one, other) in pairs if one != other), min(len(here), len(fresh)))
    return f"{name}: shows {here[place : place + 4]}, loaded anew {fresh[place : place + 4]}"


def _rows_of(html: str) -> list[tuple[str, str]]:
    return [(row[1], row[0].replace(' class="new"', "")) for row in _ROW.finditer(html)]


def elements(html: str) -> dict[str, Tokens]:
    """Every element that has an id, as the tags and words a reader would see."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, Tokens] = {}
        self._open: list[tuple[str, str | None, bool]] = []
        self._inside: list[Tokens] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: " ".join((value or "").split()) for name, value in attrs}
        if given.get("name") in _OF_THE_REQUEST:
            return
        name = given.get("id")
        if name is not None:
            self._inside.append(self.found.setdefault(name, []))
        kept = sorted((key, value) for key, value in given.items() if key not in _NOT_SHOWN)
        self._say(f"<{tag} {kept}>")
        if tag not in _VOID:
            self._open.append((tag, name, bool(_COUNTED & given.keys())))
        elif name is not None:
            self._inside.pop()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            opened, name, _counted = self._open.pop()
            if name is not None:
                self._inside.pop()
            if opened == tag:
                break
        self._say(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        words = " ".join(data.split())
        if words and not any(counted for _tag, _name, counted in self._open):
            self._say(words)

    def _say(self, token: str) -> None:
        for tokens in self._inside:
            tokens.append(token)
