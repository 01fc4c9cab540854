"""What people wrote, and what became of the journal since they signed it.

A chapter is plain text: a line is a paragraph, ``[[123]]`` the moment of entry 123 of the journal.
A number that the journal does not have stays as it was typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from exercise.models import Chapter, JournalEntry, ReportState, ReportVersion
from exercise.review.report.material import Material
from exercise.review.report.values import ChapterText, Narrative, Run
from exercise.review.report.words import number

_REFERENCE = re.compile(r"\[\[\s*([0-9]{1,9})\s*\]\]")


def references(text: str) -> set[int]:
    """The numbers of the entries that a text refers to."""
    return {int(found) for found in _REFERENCE.findall(text)}


def paragraphs(
    text: str, moments: Mapping[int, int], stamp: Callable[[int], str]
) -> tuple[tuple[Run, ...], ...]:
    """A text as paragraphs, its references as the exercise time of what they refer to. Pure.

    Args:
        moments: exercise time by the number of the entry.
        stamp: exercise time as people read it.
    """
    lines = (line.strip() for line in text.splitlines())
    return tuple(tuple(_runs(line, moments, stamp)) for line in lines if line)


def _runs(line: str, moments: Mapping[int, int], stamp: Callable[[int], str]) -> list[Run]:
    runs: list[Run] = []
    after = 0
    for found in _REFERENCE.finditer(line):
        seq = int(found[1])
        if seq not in moments:
            continue
        if found.start() > after:
            runs.append(Run(line[after : found.start()], None))
        runs.append(Run(stamp(moments[seq]), seq))
        after = found.end()
    if after < len(line):
        runs.append(Run(line[after:], None))
    return runs


def narrative_of(material: Material, version: ReportVersion | None) -> Narrative:
    """The narrative of a version; of none, chapters without words."""
    texts: dict[str, str] = version.narrative if version else {}
    wanted = set().union(*(references(text) for text in texts.values()))
    moments: dict[int, int] = {}
    if wanted:
        known = JournalEntry.objects.filter(exercise=material.exercise, seq__in=wanted)
        moments = dict(known.values_list("seq", "exercise_us"))

    def stamp(play_us: int) -> str:
        return material.plan.calendar.label(play_us, language=material.language)

    chapters = tuple(
        ChapterText(
            chapter=chapter.value,
            title=str(chapter.label),
            paragraphs=paragraphs(texts.get(chapter.value, ""), moments, stamp),
        )
        for chapter in Chapter
    )
    signed = version is not None and version.state == ReportState.SIGNED
    return Narrative(
        number=version.number if version else 0,
        state=str(version.state if version else ReportState.DRAFT),
        state_label=str(version.get_state_display()) if version else str(ReportState.DRAFT.label),
        chapters=chapters,
        author=version.author_name if version else "",
        reviewer=version.reviewer_name if version else "",
        signer=version.signer_name if version else "",
        warning=_warning(version) if version and signed else "",
        notice=_notice(material, version) if version and signed else "",
        signed_seq=version.journal_seq if version else None,
        signed_head=version.journal_head if version else "",
        content_hash=version.content_hash if version else "",
        written_wall_us=version.written_wall_us if version else None,
        reviewed_wall_us=version.reviewed_wall_us if version else None,
        signed_wall_us=version.signed_wall_us if version else None,
    )


def _warning(version: ReportVersion) -> str:
    """That a signed version is not what was signed, or not about this journal."""
    if version.digest() != version.content_hash:
        return _("Nội dung bản %(number)d đã bị sửa sau khi ký.") % {"number": version.number}
    signed = JournalEntry.objects.filter(exercise=version.exercise_id, seq=version.journal_seq)
    found = signed.values_list("hash", flat=True).first() or ""
    if found != version.journal_head:
        return _(
            "Nhật ký không còn là nhật ký mà bản %(number)d được ký: "
            "mã băm của mục %(seq)d đã khác."
        ) % {"number": version.number, "seq": version.journal_seq or 0}
    return ""


def _notice(material: Material, version: ReportVersion) -> str:
    later = material.exercise.journal_seq - (version.journal_seq or 0)
    if later <= 0:
        return ""
    return ngettext(
        "Sau khi ký, nhật ký có thêm %(count)s mục, không tính trong bản này.",
        "Sau khi ký, nhật ký có thêm %(count)s mục, không tính trong bản này.",
        later,
    ) % {"count": number(later)}
