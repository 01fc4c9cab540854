"""The check on its page: findings lead to their places, counts follow every edit, the heat map."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.template import Context, Template
from django.utils import translation

from exercise.screens.desk.findings import counts, findings
from exercise.screens.desk.heat import heat
from scenarios import editing
from scenarios.calendar import MINUTE_US
from scenarios.checks import Kind, Severity, load
from scenarios.versions import check_version
from scenarios.writing import unchecked_document_of
from tests.screens.desk import Two, text, two
from units.text import Text

__all__ = ["two"]

pytestmark = pytest.mark.django_db


def test_every_finding_is_told_with_its_suggestion_and_severity(two: Two) -> None:
    page = two.hoa.get("scenario_checks")
    words = text(page)
    found = findings(two.scenario)
    assert {one.severity for one in found} == set(Severity)
    for one in found:
        assert " ".join(one.message.split()) in words
        assert " ".join(one.suggestion.split()) in words
    told = [one.told for one in page.context["groups"]]
    assert sum(map(len, told)) == len(found)


@pytest.mark.parametrize("severity", list(Severity))
def test_findings_are_narrowed_to_one_severity(two: Two, severity: Severity) -> None:
    page = two.hoa.get("scenario_checks", severity=severity.value)
    assert [group.severity for group in page.context["groups"]] == [severity]


def test_an_unknown_severity_narrows_nothing(two: Two) -> None:
    page = two.hoa.get("scenario_checks", severity="\0nothing")
    assert len(page.context["groups"]) == len(Severity)


def test_every_place_leads_to_a_page_that_is_there(two: Two) -> None:
    editing.add_objective(
        two.scenario.pk, two.hoa.user, {"code": "MT2", "title": Text("Chưa kiểm tra")}
    )
    two.fresh()
    told = [one for group in two.hoa.get("scenario_checks").context["groups"] for one in group.told]
    kinds = {one.finding.place.kind for one in told}
    assert {Kind.INJECT, Kind.UNIT, Kind.OBJECTIVE} <= kinds
    for one in told:
        assert one.address, one.finding
    for address in {one.address for one in told}:
        page = two.hoa.client.get(address)
        assert page.status_code == 200, address
        anchor = address.partition("#")[2]
        assert not anchor or f'id="{anchor}"' in page.content.decode()


def test_counts_are_those_of_the_state_that_is_saved(two: Two) -> None:
    before = counts(two.scenario)
    answer = two.hoa.get("scenario_counts", htmx=True)
    assert f"{before[Severity.ERROR]}<" in answer.content.decode()
    director = two.scenario.people.get(role="director")
    two.hoa.post("part_remove", "person", director.pk)
    after = counts(two.fresh())
    assert after[Severity.ERROR] == before[Severity.ERROR] + 1
    assert "no_director" in {one.code for one in findings(two.scenario)}


def test_a_state_is_checked_once(two: Two, django_assert_num_queries: Any) -> None:
    cache.clear()
    findings(two.scenario)
    with django_assert_num_queries(0):
        findings(two.scenario)


def test_the_heat_map_has_a_cell_and_a_line_for_every_quarter(two: Two) -> None:
    entry = two.scenario.msel.get(number="1.1")
    for _n in range(4):
        editing.duplicate_injects(two.scenario.pk, two.hoa.user, [entry.pk])
    found = heat(unchecked_document_of(two.fresh()))
    assert found is not None
    assert [code for code, _name in found.units] == ["BGD", "VP"]
    assert found.slots[0].label == "N1 07:00–07:15"
    assert found.slots[0].counts == [(5, True), (5, True)]
    assert found.over == 2
    cells = re.findall(r"<title>([^<]+)</title>", found.drawing)
    assert len(cells) == sum(1 for slot in found.slots for count, _over in slot.counts if count)
    red = "Ban · N1 07:00–07:15 · 5 tin; quá tải: 5 tin trong 15 phút, N1 07:05 – N1 07:05"
    assert red in cells
    page = two.hoa.get("scenario_checks").content.decode()
    assert page.count('class="cell n') == len(cells)
    assert '<th scope="row" class="num">N1 07:00–07:15</th>' in page


def test_a_break_has_no_cells(two: Two) -> None:
    entry = two.scenario.msel.get(number="1.1")
    editing.change_inject(
        two.scenario.pk, two.hoa.user, entry.pk, {"planned_us": 6 * 60 * MINUTE_US}
    )
    found = heat(unchecked_document_of(two.fresh()))
    assert found is not None
    labels = [slot.label for slot in found.slots]
    assert "N1 13:00–13:15" in labels
    assert not any(label.startswith("N1 12:") for label in labels)


def test_an_empty_scenario_has_no_heat_map(two: Two) -> None:
    pks = list(two.scenario.msel.values_list("pk", flat=True))
    for condition in two.scenario.phases.get(phase="transition").conditions.all():
        editing.remove_condition(two.scenario.pk, two.hoa.user, condition.pk)
    editing.remove_injects(two.scenario.pk, two.hoa.user, pks)
    page = two.hoa.get("scenario_checks")
    assert page.context["heat"] is None
    assert page.status_code == 200


def test_names_are_escaped_in_the_drawing(two: Two) -> None:
    here = two.scenario.participations.get(unit__code="BGD")
    two.hoa.save("unit", here.pk, name_vi="<script>alert(1)</script>")
    page = two.hoa.get("scenario_checks").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


# ── in the table ────────────────────────────────────────────────────────────────────────────────
def marked(answer: Any) -> dict[str, list[str]]:
    """What the rows of a table are marked with, by number."""
    rows = re.findall(r'data-number="([^"]+)"(.*?)</tr>', answer.content.decode(), re.S)
    marks = {n: re.findall(r'class="st found" data-st="(\w+)"', row) for n, row in rows}
    return {n: found for n, found in marks.items() if found}


def past_its_phase(two: Two) -> str:
    """Make a mistake: an inject far behind the end of its phase."""
    entry = two.scenario.msel.get(number="1.1")
    editing.change_inject(
        two.scenario.pk, two.hoa.user, entry.pk, {"planned_us": 90 * 60 * MINUTE_US}
    )
    two.fresh()
    return str(entry.number)


def test_a_row_is_marked_with_the_worst_that_the_check_says_of_it(two: Two) -> None:
    cache.clear()
    number = past_its_phase(two)
    assert marked(two.hoa.get("msel")) == {}, "the page must not wait for the check"
    answer = two.hoa.get("scenario_counts", htmx=True)
    assert "desk:checked" in answer["HX-Trigger"]
    assert f'"revision": {two.scenario.revision}' in answer["HX-Trigger"]
    page = two.hoa.get("msel")
    assert f'data-checked="{two.scenario.revision}"' in page.content.decode()
    worst = {
        one.place.code: one.severity
        for one in reversed(findings(two.scenario))
        if one.place.kind == Kind.INJECT and one.severity != Severity.ADVICE
    }
    assert worst[number] == Severity.ERROR
    glyphs = {Severity.ERROR: "late", Severity.WARNING: "due"}
    assert marked(page) == {n: [glyphs[severity]] for n, severity in worst.items()}
    assert marked(two.hoa.get("msel_block", 0)).items() <= marked(page).items()


def test_no_mark_of_before_an_edit_stands_on_another_inject(two: Two) -> None:
    number = past_its_phase(two)
    findings(two.scenario)
    editing.renumber(two.scenario.pk, two.hoa.user)
    page = two.hoa.get("msel")
    assert marked(page) == {}
    assert "data-checked" not in page.content.decode()
    moved = two.scenario.msel.get(planned_us=90 * 60 * MINUTE_US)
    assert moved.number != number
    two.hoa.get("scenario_counts", htmx=True)
    assert marked(two.hoa.get("msel"))[moved.number] == ["late"]


def test_an_open_inject_says_what_was_found_and_what_to_do(two: Two) -> None:
    number = past_its_phase(two)
    own = [one for one in findings(two.scenario) if one.place.code == number]
    answer = two.hoa.get("msel_inject", two.scenario.msel.get(number=number).pk, htmx=True)
    assert own
    for one in own:
        assert " ".join(one.message.split()) in text(answer)
        assert " ".join(one.suggestion.split()) in text(answer)


def test_counts_are_shown_in_groups_of_three() -> None:
    show = Template(
        "{% load i18n drill %}{% blocktrans count n=n|grouped %}{{ n }} tin{% plural %}"
        "{{ n }} tin{% endblocktrans %} · {{ n|grouped }}"
    )
    said = []
    for language in ("vi", "en"):
        with translation.override(language):
            said += [show.render(Context({"n": n})) for n in (1, 12_345)]
    assert said == ["1 tin · 1", "12.345 tin · 12.345", "1 inject · 1", "12,345 injects · 12,345"]


def test_the_timeline_counts_the_quarters_that_the_check_counts(two: Two) -> None:
    entry = two.scenario.msel.get(number="1.1")
    for _n in range(4):
        editing.duplicate_injects(two.scenario.pk, two.hoa.user, [entry.pk])
    late = two.scenario.msel.exclude(pk=entry.pk).filter(planned_us__isnull=False).first()
    # Behind the break, whose length is no multiple of a quarter of an hour's beginning.
    editing.change_inject(two.scenario.pk, two.hoa.user, late.pk, {"planned_us": 370 * MINUTE_US})
    _bins, checked = load(unchecked_document_of(two.fresh()))
    lanes = two.hoa.get("msel_timeline").context["lanes"]
    drawn = {lane.unit.code: [(one.count, one.over) for one in lane.heat] for lane in lanes}
    assert drawn == {
        code: [(n, bool(one.overload_in(at))) for at, n in sorted(one.counts.items())]
        for code, one in checked.items()
    }
    assert any(one.over for lane in lanes for one in lane.heat)


def test_the_maps_are_red_where_the_check_tells_of_too_much(two: Two) -> None:
    """Four injects in 15 minutes that lie across two quarters, two in each."""
    pk, user = two.scenario.pk, two.hoa.user
    for minute in (70, 74, 76, 80):
        values: Any = {"phase": "transition", "title": Text("A"), "addressees": ["VP"]}
        editing.add_inject(pk, user, values | {"planned_us": minute * MINUTE_US})
    told = [one for one in check_version(two.fresh()) if one.code == "overload"]
    assert [(one.place.code, one.place.at_us) for one in told] == [("VP", 70 * MINUTE_US)]
    map_of_all = heat(unchecked_document_of(two.scenario))
    assert map_of_all is not None
    assert map_of_all.over == 1
    place = [code for code, _name in map_of_all.units].index("VP")
    red = {slot.label: slot.counts[place] for slot in map_of_all.slots if slot.counts[place][1]}
    assert red == {"N1 08:00–08:15": (2, True), "N1 08:15–08:30": (2, True)}
    number = two.scenario.msel.get(planned_us=70 * MINUTE_US).number
    for query in ({}, {"q": number}):  # what is left out by a filter is still to be done
        lanes = two.hoa.get("msel_timeline", **query).context["lanes"]
        (lane,) = [one for one in lanes if one.unit.code == "VP"]
        assert "quá tải 1 lần" in lane.words
        words = [one.words for one in lane.heat if one.over]
        assert words == ["2 tin; quá tải: 4 tin trong 15 phút, N1 08:10 – N1 08:20"] * 2
