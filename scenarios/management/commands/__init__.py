"""``manage.py load_scenario`` and ``manage.py export_scenario``."""
