"""Taking in an MSEL as the team keeps it: any spreadsheet or a peer's export → injects.

    bytes ──readers──▶ Reading ──columns──▶ Mapping ──times, rows──▶ Rows ──merging──▶ the scenario

Every reader answers the same type (``reading.Reading``), whatever it read. What a column means is
a ``Mapping``, guessed and then corrected by the planner. Nothing is written before the last step.
Whole scenarios in the product's own YAML or JSON are read by ``scenarios.reading``.
"""
