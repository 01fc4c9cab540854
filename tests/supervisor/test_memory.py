"""What the processes are told about taking memory, and that it does what it is for."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest

from exercise.supervisor.layout import MEMORY, Site

DRAWINGS = """
import resource
remembered = []
for _time in range(3):
    drawn = []
    for number in range(60):
        drawn.append(b"x" * (300_000 + 1000 * number))
        remembered.append(b"y" * 2000)
    drawn.clear()
pages = int(open("/proc/self/statm").read().split()[1])
print(pages * resource.getpagesize())
"""
"""Texts of the size of a drawing, let go of again, and a little remembered of each."""


def resident_bytes(**given: str) -> int:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}
    return int(subprocess.check_output([sys.executable, "-c", DRAWINGS], env=kept | given))


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another allocator")
def test_what_drawings_took_is_given_back() -> None:
    assert resident_bytes() - resident_bytes(**MEMORY) > 10_000_000


def test_an_operator_may_say_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in MEMORY:
        monkeypatch.delenv(name, raising=False)
    assert Site.from_settings().env().items() >= MEMORY.items()
    monkeypatch.setenv("MALLOC_ARENA_MAX", "8")
    assert Site.from_settings().env()["MALLOC_ARENA_MAX"] == "8"
