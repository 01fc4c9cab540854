"""Every pair of colours that meets on a screen can be told apart, in both schemes."""

from __future__ import annotations

import re
from functools import cache
from itertools import product
from pathlib import Path

import pytest

CSS = Path(__file__).resolve().parents[2] / "static" / "app.css"
TOKEN = re.compile(r"--([\w-]+):\s*light-dark\((#[0-9a-f]{6}),\s*(#[0-9a-f]{6})\)", re.I)
GROUNDS = ("bg", "surface", "sunken")
STATES = ("plan", "live", "done", "warn", "late")
PAIRS = [
    *((ink, ground, 4.5) for ink, ground in product(("text", "text-2", "text-3"), GROUNDS)),
    *((state, ground, 4.5) for state, ground in product(STATES, GROUNDS)),
    *((state, f"{state}-bg", 4.5) for state in STATES),
    ("text", "hover", 4.5),
    ("text-2", "hover", 4.5),
    ("on-ink", "ink", 4.5),
    ("surface", "text", 4.5),
    *((edge, ground, 3.0) for edge, ground in product(("control", "focus"), GROUNDS)),
]


@cache
def tokens() -> dict[str, tuple[str, str]]:
    return {name: (light, dark) for name, light, dark in TOKEN.findall(CSS.read_text())}


def luminance(colour: str) -> float:
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground", "least"), PAIRS)
def test_contrast(ink: str, ground: str, least: float, scheme: int) -> None:
    found = tokens()
    assert contrast(found[ink][scheme], found[ground][scheme]) >= least


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_words_on_the_alarm(scheme: int) -> None:
    on_late = ("#ffffff", "#1b0a05")[scheme]
    assert "color: light-dark(#fff, #1b0a05)" in CSS.read_text()
    assert contrast(tokens()["late"][scheme], on_late) >= 4.5
