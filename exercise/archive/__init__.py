"""Taking an install with you: a backup in one file, its restoring, the move to another database.

All three carry the same thing, the rows of every table in a form that no database owns, so that
what was written on SQLite can be read into PostgreSQL and the other way round.

    refusal.py   why something is not done, and what would make it possible
    schema.py    which migrations a database has, and the tables as they were then
    rows.py      rows ⇄ neutral values, written in bulk, numbered on from where they were
    snapshot.py  a database as it is at one moment, while others go on writing
    files.py     files that are there whole or not at all
    packing.py   an install into one file
    opening.py   such a file, proved before anything of it is used
    building.py  a database built beside the one in use, put in its place when it is whole
    premises.py  nobody at work in the install, nothing in it
    restoring.py the order in which a backup becomes an install
    moving.py    the order in which a database becomes another one
"""

from __future__ import annotations

from exercise.archive.refusal import CannotGoOn, database_in_words

__all__ = ["CannotGoOn", "database_in_words"]
