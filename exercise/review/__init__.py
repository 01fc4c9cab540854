"""Looking back on an exercise: replay, evaluation, the report."""
