"""`manage.py verify_journal`: proves that the journal is whole and the rows what it made them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from exercise.management.installed import need_install
from exercise.models import Exercise, verify
from exercise.review.replay import differences

BROKEN = 1


@dataclass(frozen=True, slots=True)
class Finding:
    """What the check of one exercise found."""

    code: str
    entries: int
    broken_seq: int | None
    why: str
    differences: list[str]

    @property
    def good(self) -> bool:
        """Whether the chain is whole and the replay agrees with the rows."""
        return self.broken_seq is None and not self.differences


class Command(BaseCommand):
    help = (
        "Checks the hash chain of each exercise's journal and that replaying it gives what the "
        "database holds. Status 1 when anything is broken; the first broken entry is named."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("codes", nargs="*", metavar="CODE", help="exercises (all)")
        parser.add_argument("--json", action="store_true", help="print one JSON list")

    def handle(self, *args: Any, **options: Any) -> None:
        need_install()
        findings = [_checked(exercise) for exercise in _chosen(options["codes"])]
        if options["json"]:
            self.stdout.write(json.dumps([_as_json(found) for found in findings], indent=2))
        else:
            for found in findings:
                self._say(found)
        if not all(found.good for found in findings):
            raise SystemExit(BROKEN)

    def _say(self, found: Finding) -> None:
        if found.good:
            said = f"{found.code}: {found.entries} entries, chain whole, rows as replayed"
            self.stdout.write(self.style.SUCCESS(said))
            return
        if found.broken_seq is not None:
            said = f"{found.code}: broken at entry {found.broken_seq} ({found.why})"
            self.stdout.write(self.style.ERROR(said))
        for line in found.differences:
            self.stdout.write(self.style.ERROR(f"{found.code}: {line}"))


def _chosen(codes: list[str]) -> list[Exercise]:
    if not codes:
        return list(Exercise.objects.order_by("pk"))
    by_code = {exercise.code: exercise for exercise in Exercise.objects.filter(code__in=codes)}
    unknown = [code for code in codes if code not in by_code]
    if unknown:
        raise CommandError(f"No exercise {', '.join(unknown)}.")
    return [by_code[code] for code in dict.fromkeys(codes)]


def _checked(exercise: Exercise) -> Finding:
    """Check without the lock; what looks broken may only have moved meanwhile, so again with it."""
    found = _found(exercise)
    if found.good:
        return found
    with transaction.atomic():
        return _found(Exercise.objects.select_for_update(of=("self",)).get(pk=exercise.pk))


def _found(exercise: Exercise) -> Finding:
    verdict = verify(exercise)
    return Finding(
        code=exercise.code,
        entries=verdict.entries,
        broken_seq=verdict.broken_seq,
        why=verdict.why,
        differences=differences(exercise),
    )


def _as_json(found: Finding) -> dict[str, Any]:
    return {**asdict(found), "verified": found.good}
