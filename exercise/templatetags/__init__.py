"""Template tags of the drill."""
