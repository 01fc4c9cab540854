"""The drill itself, and the Django project."""

VERSION = "0.1.0"
