"""The words by which a spreadsheet names phases, channels, replies, yes and no. Pure.

All are compared without accents and case (``units.text.plain``), whole cells first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, TypeVar

from django.utils.translation import get_language

from scenarios.choices import Method, ReleaseMode, Reply, TriggerEvent
from scenarios.phases import PLAYED, Phase
from units.text import plain

C = TypeVar("C")

EVERYBODY = frozenset(
    {
        *("all", "tat ca", "toan the", "toan bo", "moi don vi", "cac don vi", "tat ca cac don vi"),
        *("everyone", "everybody", "all units", "all players", "all teams", "toan so", "todos"),
        *("tat ca don vi", "cac don vi tham gia", "toan the don vi", "tous", "to all"),
    }
)

METHODS: dict[str, Method] = {
    **dict.fromkeys(
        (
            *("document", "van ban", "cong van", "giay", "hoa toc", "cong dien", "fax", "paper"),
            *("letter", "memo", "to trinh", "chi thi", "quyet dinh", "report", "printed"),
        ),
        Method.DOCUMENT,
    ),
    **dict.fromkeys(
        (
            *("phone", "dien thoai", "dt", "call", "telephone", "goi dien", "phone call", "sms"),
            *("zalo", "tin nhan", "mobile", "hotline"),
        ),
        Method.PHONE,
    ),
    **dict.fromkeys(("email", "e mail", "thu dien tu", "mail", "thu"), Method.EMAIL),
    **dict.fromkeys(("radio", "bo dam", "vo tuyen", "vo tuyen dien"), Method.RADIO),
    **dict.fromkeys(
        (
            *("in person", "truc tiep", "face to face", "hop", "hoi nghi", "verbal", "mieng"),
            *("truyen dat truc tiep", "meeting", "briefing", "runner", "in person briefing"),
        ),
        Method.IN_PERSON,
    ),
    **dict.fromkeys(
        (
            *("social media", "mang xa hoi", "mxh", "facebook", "bao chi", "news", "media", "tv"),
            *("twitter", "truyen hinh", "bao dai", "press", "web", "social"),
        ),
        Method.SOCIAL_MEDIA,
    ),
}

REPLIES: dict[str, Reply] = {
    **dict.fromkeys(("none", "khong", "khong can", "khong can bao cao", "no"), Reply.NONE),
    **dict.fromkeys(
        ("text", "loi", "bang loi", "bao cao bang loi", "bao cao", "report", "yes", "co"),
        Reply.TEXT,
    ),
    **dict.fromkeys(("document", "van ban", "cong van", "bao cao bang van ban"), Reply.DOCUMENT),
    **dict.fromkeys(("quantity", "so lieu", "so luong", "figures", "data"), Reply.QUANTITY),
    **dict.fromkeys(("photo", "anh", "hinh anh", "chup anh", "picture"), Reply.PHOTO),
}

RELEASES: dict[str, ReleaseMode] = {
    **dict.fromkeys(
        ("auto", "tu dong", "automatic", "theo gio", "tu phat", "timer"), ReleaseMode.AUTO
    ),
    **dict.fromkeys(
        (
            *("manual", "thu cong", "tong dao dien phat", "dao dien phat", "director", "standby"),
            *("du phong", "cho lenh", "on call", "manually"),
        ),
        ReleaseMode.MANUAL,
    ),
}

EVENTS: dict[str, TriggerEvent] = {
    **dict.fromkeys(
        ("completed", "hoan thanh", "xong", "done", "complete", "success"), TriggerEvent.COMPLETED
    ),
    **dict.fromkeys(
        ("overdue", "qua han", "tre", "tre han", "late", "fail", "expire", "expired"),
        TriggerEvent.OVERDUE,
    ),
}

YES = frozenset(
    {"x", "co", "yes", "y", "true", "1", "bat buoc", "mandatory", "required", "✓", "v", "vrai"}
)
NO = frozenset({"", "khong", "no", "n", "false", "0", "khong bat buoc", "optional", "tuy chon"})

_ROMAN = {"i": 0, "ii": 1, "iii": 2}
_PHASE_NUMBER = re.compile(
    r"(?:(?:giai doan|gd|phase|move|stage|buoc|ph)(?: thu)?(?: so)? )?(\d{1,3}|i{1,3})(?: .*)?"
)
_PHASE_SHORT = re.compile(r"(?:gd|ph|p|m|move|phase)(\d{1,2})(?: .*)?")
_PHASE_WORDS: tuple[tuple[Phase, tuple[str, ...]], ...] = (
    (
        Phase.TRANSITION,
        ("transition", "chuyen trang thai", "thoi binh sang thoi chien", "peace to war"),
    ),
    (Phase.PREPARATION, ("preparation", "chuan bi", "prepare")),
    (Phase.EXECUTION, ("execution", "thuc hanh", "conduct", "execute")),
)


def phase(words: str, titles: Mapping[str, Iterable[str]]) -> Phase | None:
    """The played phase that ``words`` name: by title, by its number (``GĐ 2``, ``II``) or by what
    it is about; ``titles`` gives the plain titles of each phase.
    """
    said = plain(words)
    if not said:
        return None
    for one in PLAYED:
        if said in {plain(title) for title in titles.get(one.value, ())} or said == one.value:
            return one
    found = _PHASE_NUMBER.fullmatch(said) or _PHASE_SHORT.fullmatch(said)
    if found:
        place = _ROMAN.get(found.group(1))
        place = int(found.group(1)) - 1 if place is None else place
        return PLAYED[place] if 0 <= place < len(PLAYED) else None
    for one, marks in _PHASE_WORDS:
        if any(mark in said for mark in marks):
            return one
    return None


def method(words: str) -> Method | None:
    """The channel: the whole cell, else the first known word in it."""
    return _listed(words, METHODS, _labels(Method))


def reply(words: str) -> Reply | None:
    """What must be answered."""
    return _listed(words, REPLIES, _labels(Reply))


def release(words: str) -> ReleaseMode | None:
    """Whether a timer or the director releases it."""
    return _listed(words, RELEASES, _labels(ReleaseMode))


def yes(words: str) -> bool | None:
    """``True`` or ``False``; ``None`` for anything else."""
    said = plain(words) or ("✓" if words.strip() in {"✓", "✔", "☑"} else "")
    return True if said in YES else False if said in NO else None


def everybody(words: str) -> bool:
    """Whether it means every participating unit."""
    return plain(words) in EVERYBODY


def _labels(choices: Any) -> Mapping[Any, str]:
    return _labels_in(get_language() or "vi", choices)


@cache
def _labels_in(_language: str, choices: Any) -> dict[Any, str]:
    """Asked for every row; translating them anew took a fifth of a check."""
    return {choice: plain(str(choice.label)) for choice in choices}


def _listed(words: str, known: Mapping[str, C], labels: Mapping[C, str]) -> C | None:
    said = plain(words)
    if not said:
        return None
    for choice, label in labels.items():
        if said in {label, plain(str(choice))}:
            return choice
    if said in known:
        return known[said]
    padded = f" {said} "
    # The longest first: “thư điện tử” before “thư”.
    for mark in sorted(known, key=len, reverse=True):
        if len(mark) > 2 and f" {mark} " in padded:
            return known[mark]
    return None
