"""The real engine: a small scenario file, and management commands in processes of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

BASE = Path(__file__).resolve().parents[2]
SMALL = """\
format: staged-exercise/1
code: tap-thu-nho
title: {vi: "Tập thử nhỏ", en: "Small rehearsal"}
timezone: Asia/Ho_Chi_Minh
starts: 2023-10-10T07:00
stand_downs:
  - {from: "N1 08:00", to: "N1 13:00", title: {vi: "Nghỉ", en: "Break"}}
phases:
  transition:
    title: {vi: "Giai đoạn 1", en: "Phase 1"}
    starts: "N1 07:00"
    ends: "N1 08:00"
    conditions:
      - {code: KQ, title: {vi: "Đã báo cáo", en: "Reported"}, after: ["1.01"]}
  preparation:
    title: {vi: "Giai đoạn 2", en: "Phase 2"}
    starts: "N1 13:00"
    ends: "N1 14:00"
  execution:
    title: {vi: "Giai đoạn 3", en: "Phase 3"}
    starts: "N1 14:00"
    ends: "N1 15:00"
units:
  - {code: A, name: {vi: "Phòng A", en: "Section A"}}
  - {code: B, name: {vi: "Phòng B", en: "Section B"}}
people:
  - {username: tong-dao-dien, name: "Tổng đạo diễn", role: director}
objectives:
  - {code: MT1, title: {vi: "Điều hành", en: "Direction"}}
problems:
  - {code: "1", phase: transition, title: {vi: "Chuyển", en: "Move"}}
  - {code: "2", phase: preparation, title: {vi: "Chuẩn bị", en: "Prepare"}}
  - {code: "3", phase: execution, title: {vi: "Thực hành", en: "Practise"}}
msel:
"""
INJECT = """\
  - number: "{number}"
    phase: {phase}
    at: "{at}"
    problem: "{number[0]}"
    from: {{vi: "Ban Chỉ đạo", en: "Control"}}
    to: [A, B]
    method: document
    title: {{vi: "Tin {number}", en: "Inject {number}"}}
    content: {{vi: "Nội dung", en: "Content"}}
    objectives: [MT1]
    acknowledge_within: 10m
    complete_within: 30m
    mandatory: true
    reply: {reply}
    release: auto
"""
INJECTS = (
    ("1.01", "transition", "N1 07:05", "text"),
    ("1.02", "transition", "N1 07:10", "photo"),
    ("2.01", "preparation", "N1 13:05", "quantity"),
    ("3.01", "execution", "N1 14:05", "document"),
)

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session", autouse=True)
def interruptible() -> Iterator[None]:
    """What a shell starts in the background ignores Ctrl-C, and so do its children."""
    before = signal.getsignal(signal.SIGINT)
    if before is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Three hours, two units, four injects, no leads named: about twenty seconds at ×600."""
    return write_small(tmp_path)


def write_small(directory: Path) -> Path:
    """The small scenario as a file."""
    path = directory / "nho.yaml"
    injects = [
        INJECT.format(number=number, phase=phase, at=at, reply=reply)
        for number, phase, at, reply in INJECTS
    ]
    path.write_text(SMALL + "".join(injects), encoding="utf-8")
    return path


def environment(**given: str) -> dict[str, str]:
    """This process's, without what belongs to the tests."""
    mine = ("DJANGO_SETTINGS_MODULE", "EXERCISE_VAR", "DATABASE_URL", "REDIS_URL", "PORT")
    return {key: value for key, value in os.environ.items() if key not in mine} | given


@pytest.fixture
def manage() -> Run:
    """Run ``manage.py`` with words, to its end."""

    def run(*words: object, **given: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *map(str, words)],
            cwd=BASE,
            env=environment(**given),
            capture_output=True,
            text=True,
            timeout=400,
        )

    return run
