"""``manage.py load_scenario``."""
