"""How the install is: readings for operators and their machines, without HTTP.

    counted.py   what only this process knows: requests, refusals
    journal.py   what the journal says, added up entry by entry
    readings.py  what database, broker, streams and disk say at this moment
    metrics.py   all of it as Prometheus reads it
    ready.py     whether this process can serve: asked every second, never hung
    sentry.py    sends errors away, where an address for them is given

What the director sees of it is drawn elsewhere (``exercise.situation``).
"""
