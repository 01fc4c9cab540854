"""Scenarios of any size, made up: for benchmarks and for long runs of ``manage.py rehearse``.

    python -m benchmarks.scenario_files --units 40 --injects 300 --hours 120 soak.yaml

The same arguments give the same scenario. Its form is that of docs/scenario-format.md.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

PHASES = (("transition", 0.55), ("preparation", 0.30), ("execution", 0.15))
"""What part of the hours and of the injects each phase has."""
BEGINS_MIN = 7 * 60
BREAK_HOURS = 0.5
WORK = (
    ("Triển khai phương án bảo đảm", "Deploy the supply plan"),
    ("Báo cáo tình hình quân số, phương tiện", "Report strength and vehicles"),
    ("Chuyển kho hàng vào căn cứ hậu phương", "Move the stores to the rear base"),
    ("Kiểm tra an toàn cháy nổ, hóa chất", "Check fire and chemical safety"),
    ("Huy động dây chuyền sản xuất", "Mobilise the production line"),
    ("Cấp điện ưu tiên cho cơ sở thiết yếu", "Give essential sites power first"),
    ("Khôi phục thông tin liên lạc", "Restore communications"),
)
SENDERS = (
    ("Ban Chỉ đạo diễn tập tỉnh", "Provincial steering committee"),
    ("Ủy ban nhân dân tỉnh", "Provincial People's Committee"),
    ("Bộ Chỉ huy Quân sự tỉnh", "Provincial Military Command"),
)
Json = dict[str, Any]


def document(
    *, units: int = 40, injects: int = 300, taskings: int = 2000, hours: float = 12, seed: int = 7
) -> Json:
    """A scenario as its file has it.

    Args:
        units: how many take part, each with a lead and two of staff.
        injects: how many; every twentieth is released by hand and has no time.
        taskings: about how many the injects of four fifths of the plan come to.
        hours: of play, without the one stand-down of half an hour.
        seed: of what is drawn by lot.
    """
    lot = random.Random(seed)
    codes = [f"DV{n:03d}" for n in range(1, units + 1)]
    numbered = [(phase, n) for phase, n in _numbers(injects)]
    spread = _addressees(len(numbered), min(units, taskings / max(1, 0.8 * injects)))
    entries = []
    for (phase, number), wanted in zip(numbered, spread, strict=True):
        entries.append(_entry(lot, phase, number, lot.sample(codes, wanted), len(entries)))
    _set_times(entries, hours)
    starts = _starts(hours)
    return {
        "format": "staged-exercise/1",
        "code": f"dien-tap-lon-{units}-{injects}-{seed}",
        "title": _pair(f"Diễn tập lớn {units} đơn vị", f"Large drill of {units} units"),
        "timezone": "Asia/Ho_Chi_Minh",
        "starts": "2026-03-02T07:00",
        "stand_downs": [
            {
                "from": moment(_break_min(hours)),
                "to": moment(_break_min(hours) + 60 * BREAK_HOURS),
                "title": _pair("Tạm nghỉ", "Stand-down"),
            }
        ],
        "phases": {
            phase: {
                "title": _pair(f"Giai đoạn {place}", f"Phase {place}"),
                "starts": moment(starts[place - 1]),
                "ends": moment(starts[place]),
                "conditions": _conditions([e for e in entries if e["phase"] == phase]),
            }
            for place, (phase, _part) in enumerate(PHASES, start=1)
        },
        "units": [
            {
                "code": code,
                "name": _pair(f"Đơn vị bảo đảm số {n}", f"Support unit number {n}"),
                "short": _pair(f"Đơn vị {n}", f"Unit {n}"),
            }
            for n, code in enumerate(codes, start=1)
        ],
        "people": _people(codes),
        "objectives": [
            {"code": f"MT{n}", "title": _pair(f"Mục tiêu {n}", f"Objective {n}")}
            for n in range(1, 5)
        ],
        "problems": [
            {"code": str(place), "phase": phase, "title": _pair("Vấn đề", "Training problem")}
            for place, (phase, _part) in enumerate(PHASES, start=1)
        ],
        "msel": entries,
    }


def write(path: Path, **size: Any) -> Path:
    """Write the scenario that ``document`` gives for these arguments as a YAML file."""
    words = yaml.safe_dump(document(**size), allow_unicode=True, sort_keys=False, width=200)
    path.write_text(words, encoding="utf-8")
    return path


def play_min(hours: float, part: float) -> float:
    """Minutes of play from the beginning to a part of the plan; without the stand-down."""
    return hours * 60 * part


def moment(minutes: float) -> str:
    """Minutes since 07:00 of the first day of exercise as a file says them."""
    day, minute = divmod(round(BEGINS_MIN + minutes), 24 * 60)
    return f"N{day + 1} {minute // 60:02d}:{minute % 60:02d}"


def _pair(vi: str, en: str) -> Json:
    return {"vi": vi, "en": en}


def _break_min(hours: float) -> float:
    return round(hours * 60 * PHASES[0][1] / 2)


def _starts(hours: float) -> list[float]:
    """Calendar minutes at which each phase starts, and the last one ends."""
    starts, part = [0.0], 0.0
    for _phase, share in PHASES:
        part += share
        starts.append(round(hours * 60 * part + 60 * BREAK_HOURS))
    return starts


def _conditions(entries: list[Json]) -> list[Json]:
    """Up to three of a phase's gate, each of four mandatory injects."""
    mandatory = [entry["number"] for entry in entries if entry["mandatory"]][:12]
    return [
        {"code": f"DK{n // 4 + 1}", "title": _pair("Điều kiện", "Condition")}
        | {"after": mandatory[n : n + 4]}
        for n in range(0, len(mandatory), 4)
    ]


def _numbers(injects: int) -> Sequence[tuple[str, str]]:
    counts = [round(injects * share) for _phase, share in PHASES]
    counts[-1] = injects - sum(counts[:-1])
    return [
        (phase, f"{place}.{n:04d}")
        for place, ((phase, _share), count) in enumerate(zip(PHASES, counts, strict=True), start=1)
        for n in range(1, count + 1)
    ]


def _addressees(entries: int, each: float) -> list[int]:
    """Whole numbers of at least one whose mean is ``each``."""
    return [max(1, int((n + 1) * each) - int(n * each)) for n in range(entries)]


def _entry(lot: random.Random, phase: str, number: str, to: list[str], place: int) -> Json:
    vi, en = lot.choice(WORK)
    long_vi = f"{vi} theo kế hoạch đã phê duyệt; báo cáo kết quả, khó khăn và đề xuất. "
    long_en = f"{en} as the plan says; report results, difficulties and proposals. "
    return {
        "number": number,
        "phase": phase,
        "problem": number[0],
        "from": _pair(*lot.choice(SENDERS)),
        "to": to,
        "method": lot.choice(("document", "phone", "radio", "email")),
        "title": _pair(f"{vi} (số {number})", f"{en} (number {number})"),
        "content": _pair(long_vi * 6, long_en * 6),
        "expected_actions": [_pair(vi, en), _pair("Báo cáo kết quả", "Report the result")],
        "objectives": [f"MT{place % 4 + 1}"],
        "acknowledge_within": "10m",
        **({} if place % 7 == 6 else {"complete_within": lot.choice(("45m", "1h", "90m"))}),
        "mandatory": place % 3 == 0 and place % 7 != 6,
        "reply": "text" if place % 7 != 6 and place % 2 else "none",
        "release": "manual" if place % 20 == 19 else "auto",
    }


def _set_times(entries: list[Json], hours: float) -> None:
    """Spread each phase's injects evenly over its time played, on whole minutes.

    What is released by hand has no time.
    """
    for phase, share in PHASES:
        timed = [e for e in entries if e["phase"] == phase and e["release"] == "auto"]
        for place, entry in enumerate(timed):
            minutes = 1 + int((hours * 60 * share - 2) * place / len(timed))
            entry["at"] = f"{minutes}m"


def _people(codes: list[str]) -> list[Json]:
    heads = (("tdd", "director", 2), ("dd", "controller", 4), ("qs", "observer", 2))
    people: list[Json] = [
        {"username": f"{word}{n}", "name": f"Ban tổ chức {word}{n}", "role": role}
        for word, role, count in heads
        for n in range(1, count + 1)
    ]
    for code in codes:
        low = code.lower()
        people += [
            {"username": f"{low}-{word}", "name": f"{name} {code}", "role": role, "unit": code}
            for word, name, role in (
                ("truong", "Trưởng", "lead"),
                ("pho", "Phó", "staff"),
                ("cb", "Cán bộ", "staff"),
                ("dg", "Cán bộ đánh giá", "evaluator"),
            )
        ]
    return people


def main() -> None:
    """Write a file from the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--units", type=int, default=40)
    parser.add_argument("--injects", type=int, default=300)
    parser.add_argument("--taskings", type=int, default=2000)
    parser.add_argument("--hours", type=float, default=12.0)
    parser.add_argument("--seed", type=int, default=7)
    options = vars(parser.parse_args())
    print(write(options.pop("file"), **options))


if __name__ == "__main__":
    main()
