"""Views by who looks: director, staff, evaluator, board, people. Thin: they read situations and
call conduct.
"""
