"""One drawing serves two languages."""

from __future__ import annotations

import pytest

from exercise.live.draw import draw
from tests.factories import make_drill


@pytest.mark.django_db
def test_each_audience_reads_its_own_language() -> None:
    drill = make_drill(units=2, started=True)

    frames, _seq = draw(drill.exercise.pk, since_seq=None)

    said = {frame.audience: frame.html for frame in frames}
    assert "còn 2 đơn vị" in said["control.vi"]
    assert "2 units missing" in said["control.en"]
    assert "còn 2 đơn vị" not in said["control.en"]
