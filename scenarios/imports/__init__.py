"""One import from the upload to the edit that it becomes, as the pages of the desk go through it.

    keeping   the file, private, and how long it is kept
    stored    what was read of it, beside it: no step reads the file again
    review    what the planner is shown of the check, in pages
    steps     read → columns → check → write, each in the request or in a task
    leftover  the rows that were refused, as a sheet to correct and import again
    units     what the scenario lacks for the rows to fit, taken in on request

How a file is understood is in ``scenarios.intake``; nothing here decides about a row.
"""
