"""Who takes part: units, people, sign-in, roles."""
