"""What a process does once that stays for days, when all it will need is loaded."""

from __future__ import annotations

import gc
import sys

TURN_S = 0.0005
"""How long a thread keeps Python to itself while others want it.

Commands, timers and drawing are threads of the same process, and a command gives Python up at each
of its dozens of statements. With Python's own 5 ms it waits so long for the drawing each time: half
of its lateness under load. The shorter turns cost less than can be measured.
"""


def settle() -> None:
    """Spare the garbage collector all that stays for good, and let threads take short turns.

    A full round of the collector through it took 90 ms, in the middle of somebody's page.
    """
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(TURN_S)
