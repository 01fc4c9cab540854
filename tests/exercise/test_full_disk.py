"""A disk that takes no more: a report with a file is refused in words and leaves nothing."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from exercise.conduct import Upload
from exercise.models import Attachment, verify
from tests.factories import entry, make_drill, refuses

pytestmark = pytest.mark.django_db

ROOM_BYTES = 100_000


@contextmanager
def no_file_larger_than(size_bytes: int) -> Iterator[None]:
    """The kernel refuses to write more into a file, after a part of it has been written."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_report_whose_file_finds_no_room_is_refused_and_leaves_no_part_of_it(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    injects = [entry("1.01", 0, ["U1"], complete_within_s=3600, reply="photo")]
    drill = make_drill(units=1, injects=injects, started=True)
    drill.sweep()
    staff, task = drill.actor("staff", "U1"), {"tasking_id": drill.tasking("1.01", "U1").pk}
    drill.do("acknowledge", staff, **task)
    small = Upload("b.png", "image/png", "1" * 64, b"x" * 10)
    large = Upload("a.png", "image/png", "0" * 64, b"x" * ROOM_BYTES * 2)
    with no_file_larger_than(ROOM_BYTES), refuses("no_room"):
        drill.do("report", staff, **task, files=[small, large])
    assert not [place for place in tmp_path.rglob("*") if place.is_file()]
    assert not Attachment.objects.exists()
    assert verify(drill.fresh()).verified
    drill.do("report", staff, **task, files=[small, large])
    drill.do("complete", staff, **task)
