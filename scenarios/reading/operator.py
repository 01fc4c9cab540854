"""Who approves a file at the command line, where nobody signs in."""

from __future__ import annotations

import getpass
import os


def operator() -> str:
    """Who is at the command line, as the operating system knows them."""
    try:
        return getpass.getuser()[:150]
    except (KeyError, OSError):  # an account without a name, as containers have
        return f"uid {os.getuid()}"
