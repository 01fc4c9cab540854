"""Python starts with this in every process of a drill whose wall clock is to be set.

A file says how many seconds away from the truth it is; all who read it step in one moment. What is
set is `time.time`, by which the exercise clock, the timers and the signed tokens go; `datetime` and
the monotonic clock stay true. (libfaketime would set everything, but breaks `time.sleep` and the
web server when the monotonic clock is to stay true.)
"""

import os
import time

_FILE = os.environ["CHAOS_CLOCK_FILE"]
_true_time, _true_time_ns = time.time, time.time_ns


def _away_s() -> int:
    handle = os.open(_FILE, os.O_RDONLY)
    try:
        return int(os.read(handle, 20))
    finally:
        os.close(handle)


time.time = lambda: _true_time() + _away_s()
time.time_ns = lambda: _true_time_ns() + _away_s() * 1_000_000_000
