"""One file a format, each answering a ``Reading``; ``of`` finds the right one."""
