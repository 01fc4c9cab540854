"""``manage.py import_msel FILE --into CODE``: take in an MSEL; say row by row what came of it."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from scenarios.editing import Refused
from scenarios.intake import taking
from scenarios.intake.findings import Finding
from scenarios.intake.mapping import Mapping
from scenarios.intake.preview import Preview
from scenarios.intake.readers.limits import LIMIT_BYTES
from scenarios.intake.reading import Unreadable
from scenarios.intake.times import HABITS
from scenarios.management.whole_file import whole_file
from scenarios.models import ImportMapping
from scenarios.reading import moments
from units.models import User

ALL, SOME_REFUSED, UNREADABLE = 0, 1, 2


class Command(BaseCommand):
    help = (
        "Take an MSEL (XLSX, CSV, TSV, YAML, JSON or a peer's export) into a scenario. Exit "
        "status: 0 all rows imported, 1 some refused, 2 the file cannot be read. "
        "See docs/formats.md."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--into", metavar="CODE", required=True, help="the scenario's code")
        parser.add_argument("--new", action="store_true", help="make the scenario from the file")
        parser.add_argument("--dry-run", action="store_true", help="write nothing")
        parser.add_argument("--mapping", metavar="NAME", help="columns as remembered by this name")
        parser.add_argument(
            "--read-as",
            metavar="COLUMN=HABIT",
            action="append",
            default=[],
            help=f"how a column is read, e.g. B=dmy; one of {', '.join(HABITS)}",
        )
        parser.add_argument("--starts", metavar="2024-03-05T07:00", help="with --new: local time")
        parser.add_argument("--user", metavar="NAME", help="who edits; the first administrator")
        parser.add_argument("--json", metavar="OUT", help="where the report goes; - prints it")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            status = self._run(options)
        except Refused as error:
            raise CommandError(str(error), returncode=UNREADABLE) from error
        raise SystemExit(status)

    def _run(self, options: dict[str, Any]) -> int:
        """1. Open the report: nothing is imported that could not be told.
        2. Look at the file, and write the report of it.
        3. Import, and give the report its name.
        """
        out, nothing = options["json"], _("Chưa nhập gì.")
        with ExitStack() as stack:
            with _telling_of(out, nothing):
                file = stack.enter_context(_opened(out))
            request: taking.Request | None = None
            seen: Preview | None = None
            refusal: Refused | None = None
            try:
                request, seen = self._look(options)
            except Unreadable as error:
                self.stderr.write(f"{options['file']}: {error}")
                report = _nothing(error.code, error.message, error.hint)
            except Refused as error:
                refusal = error
                report = _nothing(error.code, str(error.message), str(error.remedy))
            else:
                report = seen.report(imported=taking.would_take(seen))
            words = json.dumps(report, ensure_ascii=False, indent=2)
            with _telling_of(out, nothing):
                file.write(f"{words}\n".encode())
                file.flush()
            imported = 0
            if request and seen and not options["dry_run"]:
                imported = taking.take(request, seen, self._user(options["user"]))
            with _telling_of(out, _("Đã nhập %d dòng.") % imported):
                stack.close()
        if out == "-":
            self.stdout.write(words)
        elif seen:
            self._tell(options["file"], seen, report["imported"])
        if refusal is not None:
            raise refusal
        if seen is None:
            return UNREADABLE
        return SOME_REFUSED if report["errors"] else ALL

    def _look(self, options: dict[str, Any]) -> tuple[taking.Request, Preview]:
        path = Path(options["file"])
        try:
            with path.open("rb") as file:
                data = file.read(LIMIT_BYTES + 1)
        except OSError as error:
            raise Unreadable(
                "unreadable", _("Không mở được tệp %s.") % path, _("Kiểm tra đường dẫn và quyền.")
            ) from error
        request = taking.Request(
            data=data,
            name=path.name,
            code=options["into"],
            new=options["new"],
            remembered=self._mapping(options["mapping"]),
            read_as=self._habits(options["read_as"]),
            starts=self._starts(options["starts"]),
            today=timezone.localdate(),
        )
        return request, taking.look(request)

    def _mapping(self, name: str | None) -> Mapping | None:
        if name is None:
            return None
        found = ImportMapping.objects.filter(name=name).first()
        if found is None:
            known = ", ".join(ImportMapping.objects.values_list("name", flat=True)[:20]) or "–"
            raise Refused(
                "unknown_mapping",
                _("Không có cách ghép cột “%s”.") % name,
                _("Đã nhớ: %s.") % known,
            )
        return Mapping.from_dict(found.mapping)

    def _habits(self, words: list[str]) -> dict[str, str]:
        pairs = dict(word.upper().partition("=")[::2] for word in words)
        habits = {column: habit.lower() for column, habit in pairs.items()}
        for column, habit in habits.items():
            if not column or habit not in HABITS:
                raise CommandError(
                    _("--read-as cần dạng CỘT=CÁCH, cách là một trong: %s.") % ", ".join(HABITS),
                    returncode=UNREADABLE,
                )
        return habits

    def _starts(self, words: str | None) -> datetime | None:
        if words is None:
            return None
        try:
            return moments.start(words)
        except ValueError as error:
            raise CommandError(
                _("--starts không đọc được; ví dụ đúng: 2024-03-05T07:00."), returncode=UNREADABLE
            ) from error

    def _user(self, name: str | None) -> User | None:
        if name is None:
            return User.objects.filter(is_superuser=True, is_active=True).order_by("pk").first()
        try:
            return User.objects.get(username=name)
        except User.DoesNotExist as error:
            raise CommandError(
                _("Không có tài khoản “%s”.") % name, returncode=UNREADABLE
            ) from error

    # ── telling ─────────────────────────────────────────────────────────────────────────────
    def _tell(self, file: str, seen: Preview, imported: int) -> None:
        for remark in seen.remarks:
            self.stderr.write(f"{file}: {remark.message} {remark.hint}".rstrip())
        for finding in [*seen.checked.errors, *seen.checked.warnings]:
            self.stderr.write(f"{file}: {_line(finding)}")
        merge = seen.merge
        words = _(
            "%(imported)d/%(rows)d dòng đã nhập (mới %(new)d, sửa %(changed)d, như cũ %(same)d; "
            "có trong kịch bản mà không có trong tệp: %(gone)d)."
        )
        self.stdout.write(
            words
            % {
                "imported": imported,
                "rows": len(seen.checked.rows),
                "new": len(merge.new),
                "changed": len(merge.changed),
                "same": len(merge.same),
                "gone": len(merge.gone),
            }
        )


@contextmanager
def _opened(out: str | None) -> Iterator[BinaryIO]:
    """Where the report goes; what is not wanted, or printed, goes nowhere."""
    if out in (None, "-"):
        yield io.BytesIO()
    else:
        with whole_file(Path(str(out))) as file:
            yield file


@contextmanager
def _telling_of(out: str, state: str) -> Iterator[None]:
    """Where the report cannot be written, say so, and what has come of the import."""
    try:
        yield
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        told = _("Không ghi được báo cáo vào %(file)s (%(reason)s).")
        words = told % {"file": out, "reason": reason}
        raise CommandError(f"{words} {state}", returncode=UNREADABLE) from error


def _nothing(code: str, message: str, hint: str) -> dict[str, Any]:
    """The report where nothing could be read, or nothing may be written."""
    problem = {"row": 0, "column": "", "code": code, "message": message, "hint": hint}
    return {
        "format": None,
        "rows": 0,
        "imported": 0,
        "errors": [problem],
        "warnings": [],
        "injects": [],
    }


def _line(finding: Finding) -> str:
    place = _("dòng %d") % finding.row if finding.row else _("cả trang tính")
    if finding.column:
        place = f"{place}, {finding.column}"
    return f"{place}: {finding.message} {finding.hint}".rstrip()
