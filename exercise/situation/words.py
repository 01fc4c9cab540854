"""Exercise times, lengths and paces as people read them, in the reader's language."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from exercise.clock import wall_us
from exercise.models import Exercise
from scenarios.calendar import HOUR_US, MINUTE_US, SECOND_US


def hm(play_us: int | None, exercise: Exercise) -> str:
    """Exercise time of day, ``10:42``."""
    return "" if play_us is None else f"{exercise.calendar.moment(play_us):%H:%M}"


def stamp(play_us: int | None, exercise: Exercise) -> str:
    """Exercise day and time, ``N1 10:42``."""
    if play_us is None:
        return ""
    return exercise.calendar.label(play_us, language=get_language() or "vi")


def stamp_end(play_us: int | None, exercise: Exercise) -> str:
    """The same for an end: where a stand-down begins there, the time before it, ``N1 17:00``."""
    if play_us is None:
        return ""
    language = get_language() or "vi"
    return exercise.calendar.label(play_us, language=language, before_break=True)


def stamp_s(play_us: int | None, exercise: Exercise) -> str:
    """Exercise day and time to the second, ``N1 10:42:07``; in a stand-down its beginning's."""
    if play_us is None:
        return ""
    early = exercise.before_break
    label = exercise.calendar.label(play_us, language=get_language() or "vi", before_break=early)
    return f"{label}:{exercise.calendar.moment(play_us, before_break=early):%S}"


def near(play_us: int | None, exercise: Exercise) -> str:
    """Time of day, with the day in front when it is not the day the clock shows."""
    if play_us is None:
        return ""
    calendar = exercise.calendar
    today = calendar.day(calendar.moment(position_of(exercise)))
    same = calendar.day(calendar.moment(play_us)) == today
    return hm(play_us, exercise) if same else stamp(play_us, exercise)


def position_of(exercise: Exercise) -> int:
    """The clock now, worked out once per exercise object so that one page shows one moment."""
    known: int | None = getattr(exercise, "_shown_position_us", None)
    if known is None:
        known = exercise.clock.position_us(wall_us())
        exercise._shown_position_us = known  # type: ignore[attr-defined]
    return known


def duration(length_us: int | None) -> str:
    """``2:42`` under an hour, ``1 giờ 18 phút`` above. app.js writes the same while it ticks."""
    if length_us is None:
        return "–"
    length_us = abs(length_us)
    if length_us < HOUR_US:
        return f"{length_us // MINUTE_US}:{length_us // SECOND_US % 60:02d}"
    hours, minutes = length_us // HOUR_US, length_us // MINUTE_US % 60
    said = ngettext("%(count)d giờ", "%(count)d giờ", hours) % {"count": hours}
    if minutes:
        said += " " + ngettext("%(count)d phút", "%(count)d phút", minutes) % {"count": minutes}
    return said


def pace(rate_permille: int) -> str:
    """``×4``, ``×0,25``."""
    number = f"{rate_permille / 1000:g}"
    return "×" + (number if (get_language() or "vi").startswith("en") else number.replace(".", ","))


def wall(wall_us: int | None, exercise: Exercise) -> str:
    """Wall time of day where the exercise is held, ``10:42:07``."""
    if wall_us is None:
        return ""
    moment = datetime.fromtimestamp(wall_us // SECOND_US, UTC)
    return f"{moment.astimezone(ZoneInfo(exercise.timezone)):%H:%M:%S}"


def seconds(length_us: int | None) -> str:
    """A short length of wall time: ``612 ms``, ``2,4 giây``, ``48 giây``; a long one in minutes."""
    if length_us is None:
        return "–"
    if length_us < SECOND_US:
        return f"{length_us // 1000} ms"
    if length_us >= MINUTE_US:
        return _("%(minutes)s phút") % {"minutes": duration(length_us)}
    number = (
        f"{length_us / SECOND_US:.1f}" if length_us < 10 * SECOND_US else length_us // SECOND_US
    )
    if not (get_language() or "vi").startswith("en"):
        number = str(number).replace(".", ",")
    return _("%(seconds)s giây") % {"seconds": number}
