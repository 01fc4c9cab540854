"""Stories kept every so many entries, so that none is read from the first entry again.

They are derived from the journal. The chores worker makes them as a drill goes on, so that whoever
looks back first waits no longer than the next; what it has not come to is made when somebody asks
for a moment behind it. One is used only while the journal has, at its place, the very entry it was
made with; what cannot be written down (a full disk, a busy database) is read again the next time.
"""

from __future__ import annotations

import json
import logging
import zlib
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from typing import Any, cast

from django.db import DatabaseError, transaction
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from exercise.models import Exercise, JournalEntry, ReplaySnapshot
from exercise.review.past.effects import Unreadable, read_on
from exercise.review.past.story import Entry, Plan, Story
from exercise.situation.rows import rows_of

log = logging.getLogger(__name__)

EVERY = 1000
"""Entries between two: reading so many takes about as long as unpacking one."""
FORM = 1
"""Counted up whenever a story holds something else, or an effect reads an entry otherwise."""


def story_at(exercise: Exercise, seq: int, plan: Plan) -> Story:
    """The story after entry ``seq``: two queries, and one more where something is to be kept.

    Raises:
        Unreadable: when an entry does not fit what came before it.
    """
    story = _nearest(exercise, seq) or Story.planned(plan)
    found: list[ReplaySnapshot] = []
    try:
        with _entries(exercise, story.seq, seq) as entries:
            for entry in read_on(story, entries, plan):
                if entry.seq % EVERY == 0:
                    found.append(_snapshot(exercise, story, entry))
    finally:  # up to an entry that does not fit, too: it is not read up to there again
        if found:
            _keep(found)
    return story


def keep_up() -> int:
    """Make what snapshots are missing, of every exercise; answers of how many some were."""
    newest = _true(ReplaySnapshot.objects.filter(exercise=OuterRef("pk"))).order_by("-seq")
    behind = Exercise.objects.annotate(
        kept=Coalesce(Subquery(newest.values("seq")[:1]), 0),
    ).filter(journal_seq__gte=F("kept") + EVERY)
    done = 0
    for exercise in behind:
        plan = Plan.of(exercise, rows_of(exercise))
        try:
            story_at(exercise, exercise.journal_seq // EVERY * EVERY, plan)
        except Unreadable as problem:
            log.warning("%s cannot be looked back on from entry %s", exercise.code, problem.seq)
        else:
            done += 1
    return done


def _true(kept: QuerySet[ReplaySnapshot]) -> QuerySet[ReplaySnapshot]:
    """Those that this version reads and the journal still begins with."""
    there = JournalEntry.objects.filter(exercise=OuterRef("exercise"), seq=OuterRef("seq"))
    return kept.filter(form=FORM, head=Subquery(there.values("hash")[:1]))


def _nearest(exercise: Exercise, seq: int) -> Story | None:
    kept = ReplaySnapshot.objects.filter(exercise=exercise.pk, seq__lte=seq)
    found = _true(kept).order_by("-seq").first()
    return None if found is None else Story(**json.loads(zlib.decompress(found.packed)))


@contextmanager
def _entries(exercise: Exercise, after: int, until: int) -> Iterator[Iterator[Entry]]:
    entries = JournalEntry.objects.filter(exercise=exercise.pk, seq__gt=after, seq__lte=until)
    rows = entries.order_by("seq").values_list(*Entry._fields).iterator(chunk_size=2000)
    # Closed here, whatever is raised: PostgreSQL's cursor goes with its transaction, and one that
    # the garbage collector closes in a later transaction breaks that.
    with closing(cast("Generator[Any]", rows)):
        yield map(Entry._make, rows)


def _snapshot(exercise: Exercise, story: Story, entry: Entry) -> ReplaySnapshot:
    text = json.dumps(story.as_dict(), ensure_ascii=False, separators=(",", ":"))
    return ReplaySnapshot(
        exercise_id=exercise.pk,
        seq=entry.seq,
        head=entry.hash,
        form=FORM,
        packed=zlib.compress(text.encode(), 1),
    )


def _keep(found: list[ReplaySnapshot]) -> None:
    try:
        with transaction.atomic():
            ReplaySnapshot.objects.bulk_create(
                found,
                update_conflicts=True,
                unique_fields=["exercise", "seq"],
                update_fields=["head", "form", "packed"],
            )
    except DatabaseError:
        log.warning("could not keep snapshots for replay", exc_info=True)
