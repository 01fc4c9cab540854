"""The findings as they are put on the wall, made of a report."""

from __future__ import annotations

from dataclasses import replace

import pytest

from exercise.review.hot_wash import MOST_ITEMS, slides_of
from exercise.review.report import Report, build_report
from tests.factories import Drill, entry, make_drill

pytestmark = pytest.mark.django_db


@pytest.fixture
def report() -> Report:
    """Seven units of which one answers in time and one too late; a pause; the end."""
    units = [f"U{n}" for n in range(1, 8)]
    drill = make_drill(units, [entry("1.01", 1, units, complete_within_s=3600)], started=True)
    drill.later(1).sweep()
    drill.later(2)
    _acknowledge(drill, "U1")
    drill.later(20).sweep()
    for unit in units[1:]:
        _acknowledge(drill, unit)
    drill.do("pause")
    drill.later(5).do("end")
    return build_report(drill.fresh(), "vi")


def _acknowledge(drill: Drill, unit: str) -> None:
    tasking = drill.tasking("1.01", unit)
    drill.do("acknowledge", drill.actor("lead", unit), tasking_id=tasking.pk)


def test_every_finding_of_the_report_has_its_screen(report: Report) -> None:
    words = [slide.words for slide in slides_of(report)]
    assert [finding for finding in report.findings if finding not in words] == []
    assert all(words)


def test_the_worst_cases_are_named_and_no_more_than_can_be_read(report: Report) -> None:
    slides = {slide.title: slide for slide in slides_of(report)}
    late = slides[report.acknowledgements.title]
    assert len(late.items) == MOST_ITEMS
    assert all("1.01" in item.words for item in late.items)
    assert not any("U1 " in item.words for item in late.items)
    assert late.shown_seq == late.items[0].seq


def test_what_stopped_the_clock_leads_to_its_moment(report: Report) -> None:
    slides = {slide.title: slide for slide in slides_of(report)}
    stop = slides[report.interruptions.title]
    assert [item.seq for item in stop.items] == [row.seq for row in report.interruptions.rows]
    assert stop.shown_seq is not None


def test_a_journal_that_is_not_whole_comes_first(report: Report) -> None:
    broken = replace(report, head=replace(report.head, warning="Nhật ký bị sửa.", broken_seq=4))
    first = slides_of(broken)[0]
    assert (first.words, first.shown_seq) == ("Nhật ký bị sửa.", 4)
