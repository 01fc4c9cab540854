"""Commands of the scenarios application."""
