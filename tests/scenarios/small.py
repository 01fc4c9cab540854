"""A small scenario file that is right, to be broken in one place at a time."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
import yaml

from scenarios.reading import Problem, ScenarioProblems, read, sample_path

SMALL = """\
format: staged-exercise/1
code: small
title: Nhỏ
timezone: Asia/Ho_Chi_Minh
starts: 2023-10-10T07:00
stand_downs:
  - {from: "N1 11:30", to: "N1 13:00", title: Nghỉ}
phases:
  transition: {title: A, starts: "N1 07:00", ends: "N1 17:00",
    conditions: [{code: K, title: T, after: ["1.1"]}]}
  preparation: {title: B, starts: "N1 17:00", ends: "N1 18:00"}
  execution: {title: C, starts: "N1 18:00", ends: "N1 19:00"}
units:
  - {code: BGD, name: Ban, participates: true}
  - {code: VP, name: Van phong, parent: BGD}
  - {code: TREN, name: Cap tren, participates: false}
people:
  - {username: dao, name: Dao dien, role: director}
  - {username: truong, name: Truong, role: lead, unit: VP}
objectives:
  - {code: MT1, title: M}
problems:
  - {code: "1", phase: transition, title: P}
msel:
  - {number: "1.1", phase: transition, at: "N1 07:05", problem: "1", to: [ALL], title: X,
     objectives: [MT1]}
  - {number: "1.2", phase: transition, at: 4h45m, to: [VP], title: Y,
     complete_within: 30m, mandatory: true}
  - {number: "1.3", phase: transition, to: [VP], title: Z,
     when: {inject: "1.2", is: overdue, delay: 5m}}
  - {number: "1.4", phase: transition, to: [VP], title: W, when: {inject: "1.3", is: completed}}
"""


def problems_of(data: bytes | str, name: str = "") -> list[Problem]:
    """The problems of a file that is expected to have some."""
    with pytest.raises(ScenarioProblems) as caught:
        read(data.encode() if isinstance(data, str) else data, name)
    assert caught.value.problems
    return caught.value.problems


@cache
def sample_data() -> Any:
    return yaml.safe_load(sample_path().read_text())
