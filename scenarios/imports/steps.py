"""The steps of an import, each of which may run in a request or in a task.

    read    file → reading, with a first guess of the columns
    check   reading, columns, corrections → what the planner reviews
    write   what was reviewed → one edit

What a step answers depends on nothing but the row of the import, its file and the scenario: a task
that was lost is asked for again, one that runs twice writes once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from scenarios.editing import Refused
from scenarios.editing.importing import ready_import, writable, write_import
from scenarios.imports import stored
from scenarios.imports.keeping import REVIEWS, beside, write_whole
from scenarios.imports.leftover import REASON
from scenarios.imports.review import Review, digest_of, review_of
from scenarios.intake import columns, preview, taking
from scenarios.intake.cells import shown
from scenarios.intake.mapping import Column, Field, Mapping
from scenarios.intake.preview import Preview
from scenarios.intake.reading import Reading, Sheet, Unreadable
from scenarios.intake.rows import Fixes
from scenarios.intake.target import naming
from scenarios.models import Import, ImportMapping, ImportState, Scenario
from scenarios.writing import unchecked_document_of, units_of
from units.text import canonical, plain

LARGE_ROWS = 300
"""A sheet of more rows is checked and written in a task."""
LARGE_BYTES = 64 * 1024
"""A file of more bytes is read in one: about as many rows, of which nobody knows before."""
LONGEST_FIX = 20_000
TRIES = 3
FORM = 3
"""Raised when reviews are made in another form: those that are kept are then out of date."""


# ── reading ─────────────────────────────────────────────────────────────────────────────────────
def read(imported: Import) -> None:
    """Read the file and guess its columns; the import waits for its planner, or has failed."""
    try:
        reading = reading_of(imported)
        mapping = first_mapping(reading, imported.scenario)
    except Unreadable as error:
        _fail(imported, error)
        return
    sheet = sheet_of(reading, mapping.sheet)
    imported.mapping = mapping.as_dict()
    imported.report = {"format": reading.format, "rows": len(sheet.rows)}
    imported.state, imported.progress = ImportState.REVIEW, 0
    imported.save(update_fields=["mapping", "report", "state", "progress"])


def reading_of(imported: Import) -> Reading:
    """What the file says, from what is kept beside it if it was read before.

    Raises:
        Unreadable: it cannot be read.
    """
    reading = stored.load(imported)
    if reading is None:
        _advance(imported, 10)
        try:
            with imported.file.open("rb") as file:
                data = file.read()
        except FileNotFoundError:
            message = _("Tệp %s không còn trên máy chủ.") % imported.name
            raise Unreadable("gone", message, _("Chọn lại tệp.")) from None
        reading = taking.reading_of_file(data, imported.name)
        _advance(imported, 60)
        stored.save(imported, reading)
    return reading


def first_mapping(reading: Reading, scenario: Scenario) -> Mapping:
    """What the format says, or a file of this shape was said to be, or what can be guessed."""
    if reading.mapping is not None:
        return reading.mapping
    return guess(columns.best_sheet(reading), None, scenario)


def guess(sheet: Sheet, header_row: int | None, scenario: Scenario) -> Mapping:
    """Guess a sheet's columns, by what was remembered of its shape if there is such, and where it
    has no header by the names of the scenario's units.

    Args:
        header_row: where the planner says that the header stands, as the file counts; 0: nowhere;
            ``None``: to be found.
    """
    part = sheet
    if header_row:
        begin = max(0, header_row - sheet.first_row)
        part = replace(sheet, rows=sheet.rows[begin:], first_row=sheet.first_row + begin)
    guessed = columns.guess(part, addressed=naming(units_of(scenario)))
    # A header may take the row below it as well.
    if header_row is not None and guessed.header_row not in {header_row, (header_row or -1) + 1}:
        guessed = _by_hand(sheet, header_row)
    elif known := remembered(guessed):
        guessed = columns.guess(part, remembered=Mapping.from_dict(known.mapping))
    return _without_reasons(guessed)


def _by_hand(sheet: Sheet, header_row: int) -> Mapping:
    """Columns of which nothing is guessed: the planner says what they mean."""
    place = header_row - sheet.first_row
    header = sheet.rows[place] if header_row and 0 <= place < len(sheet.rows) else ()
    width = max((len(row) for row in sheet.rows), default=0)
    texts = [shown(header[at]) if at < len(header) else "" for at in range(width)]
    made = (Column(at, " ".join(text.split()), Field.NOTE) for at, text in enumerate(texts))
    return Mapping(sheet.name, header_row, tuple(made))


def _without_reasons(mapping: Mapping) -> Mapping:
    """The column that ``leftover`` adds is for people only."""
    reasons = {plain(one) for one in (REASON.vi, REASON.en)}
    return replace(
        mapping,
        columns=tuple(
            replace(one, field=Field.IGNORED, habit="", asks=())
            if plain(one.header) in reasons
            else one
            for one in mapping.columns
        ),
    )


def remembered(mapping: Mapping) -> ImportMapping | None:
    """What the planners remembered last of files of this shape; nothing without a header."""
    shape = columns.signature(mapping)
    return ImportMapping.objects.filter(signature=shape).first() if shape else None


def remember(mapping: Mapping, name: str, user: Any) -> None:
    """Keep what the columns mean by a name, for the next file of this shape."""
    ImportMapping.objects.update_or_create(
        name=name,
        defaults={
            "signature": columns.signature(mapping),
            "mapping": mapping.as_dict(),
            "made_by": user,
            "used_at": timezone.now(),
        },
    )


def sheet_of(reading: Reading, name: str) -> Sheet:
    """A sheet by its name; the first one if there is none of this name."""
    return next((one for one in reading.sheets if one.name == name), reading.sheets[0])


# ── checking ────────────────────────────────────────────────────────────────────────────────────
def mapping_of(imported: Import) -> Mapping:
    """What the columns mean, as the planner left it."""
    return Mapping.from_dict(imported.mapping or {"sheet": "", "header_row": 0, "columns": []})


def fixes_of(imported: Import) -> Fixes:
    """The planner's corrections."""
    pairs = ((place.partition(":"), words) for place, words in imported.fixes.items())
    return {(int(row), Field(name)): words for (row, _mark, name), words in pairs}


def large(imported: Import) -> bool:
    """Whether a step of it is too long for a request."""
    rows = (imported.report or {}).get("rows")
    if rows is None:
        return bool(imported.file.size > LARGE_BYTES)
    return bool(rows > LARGE_ROWS)


def review(imported: Import) -> Review | None:
    """The check that is kept, if it is still of this moment and in the reader's language; of an
    import that is done the one that was written, in whatever language it is kept.
    """
    if imported.state == ImportState.DONE:
        digest = (imported.report or {}).get("digest")
        kept = (_kept(imported, ending) for ending in (_ending(), *REVIEWS))
        return next((one for one in kept if one and one.digest == digest), None)
    found = _kept(imported, _ending())
    return found if found and found.key == _key(imported) else None


def _kept(imported: Import, ending: str) -> Review | None:
    try:
        return Review.loads(beside(imported, ending).read_text())
    except (OSError, ValueError, KeyError, TypeError):
        return None


def check(imported: Import) -> Review:
    """Check every row against the scenario as it is now, and keep what came of it.

    Raises:
        Unreadable: the sheet that was chosen holds no MSEL.
    """
    key = _key(imported)
    seen = look(imported)
    _advance(imported, 80)
    made = review_of(seen, key)
    write_whole(beside(imported, _ending()), made.dumps())
    return made


def look(imported: Import) -> Preview:
    """The file against the scenario as it is now.

    Raises:
        Unreadable: the sheet that was chosen holds no MSEL.
    """
    reading = reading_of(imported)
    return preview.preview(
        reading,
        unchecked_document_of(imported.scenario),
        mapping=mapping_of(imported),
        fixes=fixes_of(imported),
    )


def _key(imported: Import) -> str:
    revision = Scenario.objects.values_list("revision", flat=True).get(pk=imported.scenario_id)
    made_of = [FORM, get_language(), revision, imported.mapping, imported.fixes]
    return hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()


def _ending() -> str:
    return ".review.en" if (get_language() or "vi").startswith("en") else ".review.vi"


def correct(imported: Import, rows: Iterable[int], field: Field, words: str | None) -> None:
    """Put words into a cell of these rows instead of what stands there; ``None``: what the file
    says again.
    """
    with transaction.atomic():
        # Two corrections may come at once; neither may be lost.
        locked = Import.objects.select_for_update().get(pk=imported.pk)
        for row in rows:
            place = f"{row}:{field.value}"
            if words is None:
                locked.fixes.pop(place, None)
            else:
                locked.fixes[place] = canonical(words).strip()[:LONGEST_FIX]
        locked.save(update_fields=["fixes"])
    imported.fixes = locked.fixes


def settle(imported: Import, mapping: Mapping) -> None:
    """Take what the planner says the columns mean. Corrections of another sheet or of cells that
    mean something else now are dropped.
    """
    before = mapping_of(imported)
    fields = {column.field for column in mapping.columns}
    same = (before.sheet, before.header_row) == (mapping.sheet, mapping.header_row)
    kept = {
        place: words
        for place, words in imported.fixes.items()
        if same and Field(place.partition(":")[2]) in fields
    }
    imported.mapping, imported.fixes = mapping.as_dict(), kept
    rows = len(sheet_of(reading_of(imported), mapping.sheet).rows)
    format = (imported.report or {}).get("format", "")
    imported.report = {"format": format, "rows": rows, "settled": True}
    imported.save(update_fields=["mapping", "fixes", "report"])


# ── writing ─────────────────────────────────────────────────────────────────────────────────────
def claim(imported: Import) -> bool:
    """Mark an import as being written; ``False`` if it does not wait for that."""
    free = Import.objects.filter(pk=imported.pk, state=ImportState.REVIEW)
    claimed = free.update(state=ImportState.WRITING, progress=5) == 1
    imported.refresh_from_db()
    return claimed


def go_on(imported: Import) -> bool:
    """Take up an import again that is done, for the rows that were left; ``False`` if it is not."""
    finished = Import.objects.filter(pk=imported.pk, state=ImportState.DONE)
    return finished.update(state=ImportState.REVIEW, progress=0) == 1


def write(import_id: int, digest: str) -> None:
    """Write an import that was claimed, if that does what the planner saw.

    1. Check the file against the scenario as it is now.
    2. If something else would be written than what was reviewed: back to the review, saying so.
    3. Write in one edit, and be done, in one transaction; if the scenario went on meanwhile, from
       the beginning.
    """
    for _try in range(TRIES):
        imported = Import.objects.select_related("scenario", "user").get(pk=import_id)
        if imported.state != ImportState.WRITING:
            return
        _advance(imported, 20)
        try:
            seen = look(imported)
            if digest_of(seen.merge) != digest:
                raise _changed_since()
            _advance(imported, 60)
            _finish(imported, seen)
            return
        except Unreadable as error:
            hand_back(import_id, str(error))
            return
        except Refused as error:
            if error.code != "gone_on":
                hand_back(import_id, str(error))
                return
    hand_back(import_id, str(_changed_since()))


def _changed_since() -> Refused:
    return Refused(
        "changed_since",
        _("Kịch bản vừa được người khác sửa nên kết quả nhập sẽ khác."),
        _("Xem lại kết quả kiểm tra bên dưới rồi nhập."),
    )


def _finish(imported: Import, seen: Preview) -> None:
    found = writable(seen.merge)
    report = {
        **(imported.report or {}),
        "refused": "",
        "digest": digest_of(seen.merge),
        "written": len(found),
        "new": len(found.new),
        "changed": len(found.changed),
        "same": len(seen.merge.same),
        "left": sum(row.entry is None for row in seen.checked.rows) + len(found.waiting),
    }
    # The revision of before the scenario was read.
    revision = imported.scenario.revision
    ready = ready_import(imported.scenario_id, seen.merge, expected_revision=revision)
    _advance(imported, 80)
    with transaction.atomic():
        write_import(ready, imported.user, name=imported.name)
        mine = Import.objects.filter(pk=imported.pk, state=ImportState.WRITING)
        if not mine.update(state=ImportState.DONE, progress=100, report=report):
            # Another task, asked for because this one was slow, has written it.
            transaction.set_rollback(True)


def hand_back(import_id: int, sentence: str) -> None:
    """Nothing was written: back to the review, with the reason."""
    for imported in Import.objects.filter(pk=import_id, state=ImportState.WRITING):
        report = {**(imported.report or {}), "refused": sentence}
        Import.objects.filter(pk=import_id, state=ImportState.WRITING).update(
            state=ImportState.REVIEW, progress=0, report=report
        )


# ── how far it has come ─────────────────────────────────────────────────────────────────────────
def _advance(imported: Import, percent: int) -> None:
    Import.objects.filter(pk=imported.pk).update(progress=percent)


def _fail(imported: Import, error: Unreadable) -> None:
    imported.state, imported.progress = ImportState.FAILED, 0
    imported.report = {"code": error.code, "message": error.message, "hint": error.hint}
    imported.save(update_fields=["state", "progress", "report"])
