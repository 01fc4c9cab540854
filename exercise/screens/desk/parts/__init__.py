"""What a scenario holds beside injects: its head, units, people, objectives, problems, phases.

``part`` says what a part is; ``units``, ``people``, ``training``, ``calendar`` and ``head`` are the
parts; ``pages`` puts them on pages and writes what planners change in them.
"""
