"""Taking a spreadsheet into a draft, a page a step: file → columns → check → import.

Nothing is written before the last step. How a step is carried out is in ``scenarios.imports``;
whether in the request or by the worker, in ``exercise.chores``.
"""

from exercise.screens.desk.importing import columns, file, review, writing

urlpatterns = [
    *file.urlpatterns,
    *columns.urlpatterns,
    *review.urlpatterns,
    *writing.urlpatterns,
]
