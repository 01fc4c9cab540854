"""Django management commands of the drill."""
