"""Work of the desk that is too long for a request: the worker does it, page and row tell how far.

``asking`` asks for it and sees that it is done; ``tasks`` is what the worker runs.
"""
