"""Work that is too long for a request: the worker does it, page and row tell how far.

``asking`` (imports) and ``report_files`` ask for it and see that it is done; ``tasks`` is what the
worker runs.
"""
