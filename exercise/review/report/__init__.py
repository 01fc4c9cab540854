"""The after-action report: facts turned into what people read."""
