"""The drill itself, and the Django project."""
