"""A small drill as long as a run needs: something is due every half second of wall time at ×600."""

from __future__ import annotations

from random import Random
from typing import Any

import yaml

PACE = 600
UNITS = ("A", "B", "C")
PHASES = ("transition", "preparation", "execution")
SPACING_MIN = (4, 9)
"""Exercise minutes between two injects: 0.4 to 0.9 s of wall time."""
EVERYBODY, PHOTO = 0.2, 0.5
"""How many injects go to all units, and how many ask for a photo."""


def scenario(length_s: float, seed: int) -> str:
    """A scenario file that plays for about so many wall seconds at ×600."""
    draw = Random(f"scenario|{seed}")
    phase_min = round(length_s * PACE / 60 / len(PHASES))
    return yaml.safe_dump(
        {
            "format": "staged-exercise/1",
            "code": "hong-hoc",
            "title": _both("Diễn tập khi hỏng hóc", "Drill under faults"),
            "timezone": "Asia/Ho_Chi_Minh",
            "starts": "2023-10-10T07:00",
            "phases": {
                phase: {
                    "title": _both(f"Giai đoạn {place + 1}", f"Phase {place + 1}"),
                    "starts": _moment(place * phase_min),
                    "ends": _moment((place + 1) * phase_min),
                }
                for place, phase in enumerate(PHASES)
            },
            "units": [
                {"code": code, "name": _both(f"Phòng {code}", f"Section {code}")} for code in UNITS
            ],
            "people": [{"username": "tong-dao-dien", "name": "Tổng đạo diễn", "role": "director"}],
            "objectives": [{"code": "MT1", "title": _both("Điều hành", "Direction")}],
            "problems": [
                {"code": str(place + 1), "phase": phase, "title": _both("Việc", "Matter")}
                for place, phase in enumerate(PHASES)
            ],
            "msel": [
                inject
                for place, phase in enumerate(PHASES)
                for inject in _injects(draw, place, phase, phase_min)
            ],
        },
        allow_unicode=True,
        sort_keys=False,
    )


def _injects(draw: Random, place: int, phase: str, phase_min: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    at_min = draw.randint(*SPACING_MIN)
    while at_min < phase_min:
        number = f"{place + 1}.{len(found) + 1:03d}"
        everybody = draw.random() < EVERYBODY
        found.append(
            {
                "number": number,
                "phase": phase,
                "at": _moment(place * phase_min + at_min),
                "problem": str(place + 1),
                "from": _both("Ban Chỉ đạo", "Control"),
                "to": list(UNITS) if everybody else [draw.choice(UNITS)],
                "method": "document",
                "title": _both(f"Tin {number}", f"Inject {number}"),
                "content": _both("Nội dung", "Content"),
                "objectives": ["MT1"],
                "acknowledge_within": "10m",
                "complete_within": "30m",
                "mandatory": True,
                "reply": "photo" if draw.random() < PHOTO else "text",
                "release": "auto",
            }
        )
        at_min += draw.randint(*SPACING_MIN)
    return found


def _moment(minutes: int) -> str:
    day, minute = divmod(7 * 60 + minutes, 24 * 60)
    return f"N{day + 1} {minute // 60:02d}:{minute % 60:02d}"


def _both(vi: str, en: str) -> dict[str, str]:
    return {"vi": vi, "en": en}
