"""The commands of manage.py that run, rehearse and check a drill."""
