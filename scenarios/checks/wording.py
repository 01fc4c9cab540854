"""The words: what lacks a translation, is missing, too long, or says the same twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from scenarios.checks.finding import Finding, Kind, Place, finding, inject, listed
from scenarios.checks.plan import Plan
from scenarios.reading.document import Entry
from units.text import LANGUAGES, Text, plain

LONGEST_TITLE = 90
"""Characters: two lines on a phone, and one on the printed list."""

LONGEST_UNIT_NAME = 28
"""Characters that fit a unit's card on the board in one line."""

Named = tuple[str, str, Text]
"""(field of the document, its name for the reader, the text)."""


def check_wording(plan: Plan) -> Iterator[Finding]:
    """Titles, contents and names."""
    yield from _translations(plan)
    for entry in plan.document.msel:
        yield from _entry(plan, entry)
    for unit in plan.document.units:
        if not unit.short and _length(unit.name) > LONGEST_UNIT_NAME:
            yield finding(
                "long_unit_name",
                Place(Kind.UNIT, unit.code, "short"),
                _("Tên dài %(count)d ký tự và không có tên gọn: bảng sẽ cắt tên.")
                % {"count": _length(unit.name)},
                _("Ghi tên gọn, nhiều nhất %(most)d ký tự.") % {"most": LONGEST_UNIT_NAME},
            )


def _length(text: Text) -> int:
    return max(len(text.vi), len(text.en))


def _entry(plan: Plan, entry: Entry) -> Iterator[Finding]:
    if not (entry.title.vi.strip() or entry.title.en.strip()):
        message = _("Tình huống không có tiêu đề.")
        yield finding("missing_title", inject(entry.number, "title"), message, _("Ghi tiêu đề."))
    elif _length(entry.title) > LONGEST_TITLE:
        yield finding(
            "long_title",
            inject(entry.number, "title"),
            _("Tiêu đề dài %(count)d ký tự: khó đọc trên điện thoại và trên bảng.")
            % {"count": _length(entry.title)},
            _("Rút gọn còn nhiều nhất %(most)d ký tự; chi tiết ghi ở nội dung.")
            % {"most": LONGEST_TITLE},
        )
    if not entry.content:
        message = _("Tình huống chỉ có tiêu đề, không có nội dung.")
        yield finding("no_content", inject(entry.number, "content"), message, _("Ghi nội dung."))
    if not entry.expected_actions:
        yield finding(
            "no_expected_actions",
            inject(entry.number, "expected_actions"),
            _("Không nêu hành động mong đợi: người đánh giá không có gì để đối chiếu."),
            _("Ghi những việc đơn vị cần làm."),
        )


# ── translation ─────────────────────────────────────────────────────────────────────────────────
def _translations(plan: Plan) -> Iterator[Finding]:
    """One finding a place; one for all where a language is used nowhere."""
    places = list(_texts(plan))
    for language in LANGUAGES:
        present = any(getattr(text, language) for _p, named in places for _f, _n, text in named)
        if present or not plan.document.msel:
            continue
        message = (
            _("Kịch bản chỉ có tiếng Việt.")
            if language == "en"
            else _("Kịch bản chỉ có tiếng Anh.")
        )
        suggestion = _("Dịch tiêu đề và nội dung nếu có người đọc ngôn ngữ kia.")
        yield finding("one_language", Place(Kind.SCENARIO), message, suggestion)
        return
    for place, named in places:
        for language in LANGUAGES:
            lacking = [(f, n) for f, n, text in named if text and not getattr(text, language)]
            if not lacking:
                continue
            told = {"fields": listed(dict.fromkeys(name for _field, name in lacking))}
            message = (
                _("Thiếu tiếng Anh: %(fields)s.")
                if language == "en"
                else _("Thiếu tiếng Việt: %(fields)s.")
            )
            where = Place(place.kind, place.code, lacking[0][0])
            yield finding("missing_translation", where, message % told, _("Ghi bản dịch."))


def _texts(plan: Plan) -> Iterator[tuple[Place, list[Named]]]:
    """Every text of the document, by what it belongs to."""
    document = plan.document
    title, name, description = _("tiêu đề"), _("tên"), _("mô tả")
    sender, content, action = _("nơi gửi"), _("nội dung"), _("hành động mong đợi")
    yield (
        Place(Kind.SCENARIO),
        [("title", title, document.title), ("summary", _("tóm tắt"), document.summary)],
    )
    for number, stand_down in enumerate(document.stand_downs, start=1):
        yield Place(Kind.STAND_DOWN, str(number)), [("title", title, stand_down.title)]
    for phase in document.phases:
        yield Place(Kind.PHASE, phase.phase), [("title", title, phase.title)]
        for condition in phase.conditions:
            place = Place(Kind.CONDITION, f"{phase.phase}/{condition.code}")
            yield place, [("title", title, condition.title)]
    for unit in document.units:
        named = [("name", name, unit.name), ("short", _("tên gọn"), unit.short)]
        yield Place(Kind.UNIT, unit.code), named
    for objective in document.objectives:
        named = [("title", title, objective.title)]
        named += [("description", description, objective.description)]
        yield Place(Kind.OBJECTIVE, objective.code), named
    for problem in document.problems:
        yield Place(Kind.PROBLEM, problem.code), [("title", title, problem.title)]
    for entry in document.msel:
        named = [("title", title, entry.title), ("content", content, entry.content)]
        named += [("sender", sender, entry.sender)]
        named += [("expected_actions", action, text) for text in entry.expected_actions]
        yield inject(entry.number), named


# ── the same twice ──────────────────────────────────────────────────────────────────────────────
def check_repetition(plan: Plan) -> Iterator[Finding]:
    """Injects that say the same, by another title too; and titles of the same words at one unit."""
    yield from _same_content(plan.document.msel)
    by_title: dict[tuple[str, ...], list[Entry]] = {}
    for entry in plan.document.msel:
        words = _plain(entry.title).split()
        # Numbers keep their order: “2.1” is not “1.2”.
        key = (*sorted(filter(str.isalpha, words)), *(w for w in words if not w.isalpha()))
        if key:
            by_title.setdefault(key, []).append(entry)
    for alike in by_title.values():
        if len(alike) > 1:
            yield from _repeated(alike)


def _same_content(entries: Iterable[Entry]) -> Iterator[Finding]:
    """Contents that came before under another title; those under the same one are told below."""
    first: dict[str, str] = {}
    known: set[tuple[str, str]] = set()
    for entry in entries:
        title, content = _plain(entry.title), _plain(entry.content)
        if not content:
            continue
        if content in first and (title, content) not in known:
            yield finding(
                "same_content",
                inject(entry.number, "content"),
                _("Nội dung giống %(number)s, chỉ khác tiêu đề.") % {"number": first[content]},
                _("Xóa một tình huống, hoặc viết rõ chỗ khác nhau."),
            )
        first.setdefault(content, entry.number)
        known.add((title, content))


def _repeated(alike: Iterable[Entry]) -> Iterator[Finding]:
    said: dict[tuple[str, str], str] = {}
    heard: dict[str, str] = {}
    for entry in alike:
        words = (_plain(entry.title), _plain(entry.content))
        heard_before = next((heard[code] for code in entry.addressees if code in heard), None)
        if words in said:
            yield finding(
                "same_content",
                inject(entry.number, "content" if entry.content else "title"),
                _("Tiêu đề và nội dung giống %(number)s.") % {"number": said[words]},
                _("Xóa một tình huống, hoặc viết rõ chỗ khác nhau."),
            )
        elif heard_before is not None:
            yield finding(
                "similar_title",
                inject(entry.number, "title"),
                _("Tiêu đề gần giống %(number)s, cùng đơn vị nhận.") % {"number": heard_before},
                _("Đổi tiêu đề, để đơn vị và tổng đạo diễn không nhầm."),
            )
        said.setdefault(words, entry.number)
        for code in entry.addressees:
            heard.setdefault(code, entry.number)


def _plain(text: Text) -> str:
    return plain(text.vi or text.en)
