"""What the peers' own words stand for: channels, and everybody. Pure."""

from __future__ import annotations

from scenarios.choices import Method
from units.text import plain

ALL = "ALL"
_EVERYBODY = frozenset(
    {
        *("all", "todos", "everyone", "everybody", "all players", "all participants"),
        *("all teams", "all staff"),
    }
)
_CHANNELS = (
    (Method.PHONE, ("sms", "phone", "telephone", "call", "whatsapp", "voice")),
    (Method.RADIO, ("radio",)),
    (
        Method.SOCIAL_MEDIA,
        ("channel", "article", "media", "mastodon", "twitter", "social", "news", "press", "tv"),
    ),
    (Method.EMAIL, ("mail", "email")),
    (Method.IN_PERSON, ("manual", "person", "verbal", "brief", "meeting", "narrative")),
    (Method.DOCUMENT, ("document", "letter", "memo", "fax", "paper", "report")),
)


def channel(*said: str) -> str:
    """The ``Method`` that the first telling wording stands for, or ""."""
    for wording in said:
        for method, marks in _CHANNELS:
            if any(word.startswith(marks) for word in plain(wording[:200]).split()):
                return method.value
    return ""


def everybody(said: str) -> bool:
    """Whether it means every player."""
    return plain(said[:60]) in _EVERYBODY
