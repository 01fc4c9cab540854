"""The check on its page: findings lead to their places, counts follow every edit, the heat map."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.cache import cache

from exercise.screens.desk.findings import counts, findings
from exercise.screens.desk.heat import heat
from scenarios import editing
from scenarios.calendar import MINUTE_US
from scenarios.checks import Kind, Severity
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
    assert found.slots[0].counts == [5, 5]
    assert found.over == 2
    cells = re.findall(r"<title>([^<]+)</title>", found.drawing)
    assert len(cells) == sum(1 for slot in found.slots for count in slot.counts if count)
    assert "Ban · N1 07:00–07:15 · 5 tin" in cells
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
