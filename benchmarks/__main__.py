"""Runs the benchmarks: ``python -m benchmarks [PART …] [--scale small] [--repeats 3]``.

Full results go to benchmarks/results/, small ones to var/bench/ (they say nothing but that the
scripts work). ``--report`` writes docs/benchmarks.md from the full ones and measures nothing.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from importlib import import_module
from pathlib import Path

from benchmarks.results import BASE, KEPT, Results

PARTS = (
    "fan_out",
    "release_lateness",
    "acknowledgements",
    "pages",
    "startup",
    "after_action",
    "replay",
    "imports",
)


def main() -> int:
    """Run the parts that are named, or all."""
    # However it is asked to stop, even in the background: what it started is stopped as well.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=" ".join(PARTS))
    parser.add_argument("--scale", choices=("small", "full"), default="full")
    parser.add_argument("--repeats", type=int, help="3, or 1 when small")
    parser.add_argument("--out", type=Path, help="directory of the results")
    parser.add_argument("--report", action="store_true", help="write the document, measure nothing")
    options = parser.parse_args()
    unknown = set(options.parts) - set(PARTS)
    if unknown:
        parser.error(f"no such part: {' '.join(sorted(unknown))}; there are {' '.join(PARTS)}")
    small = options.scale == "small"
    out = options.out or (BASE / "var" / "bench" if small else KEPT)
    if not options.report:
        for part in options.parts or PARTS:
            begun = time.monotonic()
            print(f"── {part}", flush=True)
            results = Results.begin(part, out, scale=options.scale)
            import_module(f"benchmarks.{part}").measure(
                results, scale=options.scale, repeats=options.repeats or (1 if small else 3)
            )
            print(f"   {part}: {time.monotonic() - begun:.0f} s", flush=True)
    if options.report or not small:
        from benchmarks.report import write

        print(write(out))
    return 0


if __name__ == "__main__":
    sys.exit(main())
