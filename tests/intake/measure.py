"""How each file of a list ends and what that costs, each in a process of its own.

    python -m tests.intake.measure FILE…    # a line each: name, end, seconds, megabytes

Megabytes are the most that the process held at once, with all that the product is.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

MEGABYTE = 2**20


def main() -> None:
    """Take each file the whole way in a fork, and ask the kernel what it took."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    from tests.intake.whole_way import end_of_file

    for path in map(Path, sys.argv[1:]):
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            told = end_of_file(path)
            os.write(writing, told.encode())
            os._exit(0)
        os.close(writing)
        _pid, status, used = os.wait4(child, 0)
        end = os.read(reading, 100).decode() if status == 0 else f"died:{status}"
        os.close(reading)
        seconds = used.ru_utime + used.ru_stime
        print(
            path.name,
            end,
            f"{seconds:.2f}",
            used.ru_maxrss * 1024 // MEGABYTE,
            sep="\t",
            flush=True,
        )


if __name__ == "__main__":
    main()
