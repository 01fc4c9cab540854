"""What is planned: scenarios, their files, their checks."""
