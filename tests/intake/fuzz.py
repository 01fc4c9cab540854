"""Coverage-guided fuzzing of the readers: any bytes end in a preview or in ``Unreadable``.

    pip install atheris
    python -m tests.intake.fuzz xlsx 300      # a reader, and for how many seconds; all: every one

Begins with the corpus of ``tests/data/intake``. What it finds is written as ``crash-…`` into the
directory it runs in, becomes a file of the corpus and is mended. Not part of any suite: atheris has
wheels for few machines.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
import zipfile
from contextlib import suppress
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "data" / "intake"
SEEDS = {
    "xlsx": ("*.xlsx", "*.xlsm"),
    "csv": ("*.csv", "*.txt"),
    "openaev": ("openaev*.json",),
    "blueprint": ("blueprint*.json",),
    "t3sf": ("t3sf*.json",),
    "cexf": ("cexf*.json",),
    "livefire": ("livefire*.json",),
    "own": ("own.*",),
}
SHEET = "xl/worksheets/sheet1.xml"


def main() -> None:
    """Fuzz one reader, or each of them in a process of its own."""
    which, seconds = sys.argv[1], int(sys.argv[2])
    if which == "all":
        for one in SEEDS:
            subprocess.run(
                [sys.executable, "-m", "tests.intake.fuzz", one, str(seconds)], check=True
            )
        return
    import atheris

    with atheris.instrument_imports(include=["scenarios.intake", "scenarios.reading", "openpyxl"]):
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
        import django

        django.setup()
        from scenarios.reading import ScenarioProblems, read
        from tests.intake.whole_way import end_of

    book = DATA / "vn-merged-title-rows.xlsx"

    def once(data: bytes) -> None:
        name = f"fuzz.{which}"
        if which == "own":
            with suppress(ScenarioProblems):
                read(data, name)
            return
        # A changed byte in a zip is noticed by its checksum: change what stands in a sheet.
        end_of(_packed(book, data) if which == "xlsx" else data, name)

    with tempfile.TemporaryDirectory() as corpus:
        for place, path in enumerate(p for glob in SEEDS[which] for p in DATA.glob(glob)):
            data = _sheet(path) if which == "xlsx" else path.read_bytes()
            if data:
                Path(corpus, str(place)).write_bytes(data)
        if which == "csv":
            for place, data in enumerate(_before_unicode()):
                Path(corpus, f"old-{place}").write_bytes(data)
        atheris.Setup(
            [sys.argv[0], f"-max_total_time={seconds}", "-timeout=30", "-rss_limit_mb=600", corpus],
            once,
        )
        atheris.Fuzz()


def _before_unicode() -> list[bytes]:
    from tests.intake import test_vietnamese as vietnamese

    text = vietnamese.TEXT
    return [
        vietnamese.written(text, vietnamese._TCVN3),
        vietnamese.written(text, vietnamese._VNI),
        vietnamese.in_1258(text),
    ]


def _sheet(path: Path) -> bytes:
    try:
        with zipfile.ZipFile(path) as package:
            return package.read(SHEET)
    except Exception:  # half of the corpus is broken on purpose
        return b""


def _packed(book: Path, sheet: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(book) as source, zipfile.ZipFile(packed, "w") as target:
        for name in source.namelist():
            target.writestr(name, sheet if name == SHEET else source.read(name))
    return packed.getvalue()


if __name__ == "__main__":
    main()
