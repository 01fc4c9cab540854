"""A version as a file from the desk."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from scenarios.reading import read
from scenarios.writing import FORMATS, document_of
from tests.screens.desk import Planner, Two, text, two

__all__ = ["two"]

pytestmark = pytest.mark.django_db

TYPES = {
    "yaml": "application/yaml; charset=utf-8",
    "json": "application/json; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


def test_every_format_is_offered(two: Two) -> None:
    page = two.hoa.get("scenario_export").content.decode()
    assert set(TYPES) == set(FORMATS)
    for form in FORMATS:
        assert f'href="{two.hoa.address("scenario_file", form)}"' in page


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_is_handed_over_as_what_it_is(two: Two, form: str) -> None:
    answer = two.hoa.get("scenario_file", form)
    assert answer.status_code == 200
    assert answer["Content-Type"] == TYPES[form]
    assert answer["Content-Disposition"] == f'attachment; filename="small-v2.{form}"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    data = answer.content
    if form == "xlsx":
        assert data.startswith(b"PK")
    elif form == "csv":
        assert len(data.decode("utf-8-sig").strip().splitlines()) == 1 + two.scenario.msel.count()
    else:
        assert read(data).content_hash == document_of(two.scenario).content_hash
    if form == "json":
        assert json.loads(data)["code"] == "small"


def test_the_headers_of_a_table_are_in_the_readers_language(two: Two) -> None:
    heads: dict[str, Any] = {}
    for language in ("vi", "en"):
        two.hoa.client.cookies["django_language"] = language
        data = two.hoa.get("scenario_file", "csv").content.decode("utf-8-sig")
        heads[language] = data.splitlines()[0]
    assert heads["vi"] != heads["en"]


def test_older_versions_can_be_had_too(two: Two) -> None:
    two.hoa.save("head", two.scenario.pk, title_vi="Tên khác")
    old = two.scenario.based_on
    assert old is not None
    data = Planner(two.hoa.user, old).get("scenario_file", "yaml").content
    assert read(data).title.vi == "Nhỏ"


def test_no_other_format_is_found(two: Two) -> None:
    assert two.hoa.get("scenario_file", "exe").status_code == 404


def test_what_no_file_can_say_is_told_on_the_page(two: Two) -> None:
    # Nobody writes this through the desk; rows of an older install may hold it.
    two.scenario.starts_at += timedelta(days=400 * 365)
    two.scenario.save()
    answer = two.hoa.get("scenario_file", "yaml")
    assert answer.status_code == 422
    assert "Chưa ghi được tệp" in text(answer)
    assert answer.context["problems"]
