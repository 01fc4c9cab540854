"""The scenario desk: planners write scenarios here, one module a page.

``frame`` is what all its pages have around them; addresses are ``/scenarios/`` and, for the pages
of one version, ``/scenarios/<code>/<version>/…``. Who may: ``exercise.screens.access.PLANNING``.
"""
