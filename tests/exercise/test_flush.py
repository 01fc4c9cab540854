"""A test with real transactions leaves an empty database, whose journal is protected as before."""

from __future__ import annotations

import pytest
from django.db import DatabaseError

from exercise.models import JournalEntry
from tests.factories import make_drill

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("turn", [1, 2])
def test_it_begins_with_an_empty_journal_that_refuses_to_be_changed(turn):
    assert not JournalEntry.objects.exists()
    make_drill(units=1, started=True)
    with pytest.raises(DatabaseError, match="append-only"):
        JournalEntry.objects.all().delete()
