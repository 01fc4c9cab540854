"""Where in a review a planner stands, as addresses say it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django import forms

from exercise.screens.desk.importing.table import ALL, AROUND, ERRORS


class Place(forms.Form):
    """Which rows are looked at: a page of them, or the page on which a row stands."""

    show = forms.ChoiceField(choices=[(one, one) for one in (AROUND, ALL, ERRORS)], required=False)
    page = forms.IntegerField(min_value=1, max_value=10_000, required=False)
    row = forms.IntegerField(min_value=0, max_value=10_000_000, required=False)


def place_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """What an address says; what cannot be meant is left out."""
    place = Place(data)
    place.is_valid()
    return place.cleaned_data


def query_of(place: Mapping[str, Any]) -> str:
    """The end of an address that keeps in mind which rows are seen and about which one."""
    kept = {name: place[name] for name in ("show", "row") if place.get(name) not in (None, "")}
    return f"?{urlencode(kept)}" if kept else ""


def end_of(place: Mapping[str, Any]) -> str:
    """The end of an address that leads there in the review, or nothing."""
    row = place.get("row")
    return query_of(place) + ("" if row is None else f"#row-{row}")
