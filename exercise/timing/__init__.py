"""When conduct is called by time: the beat that knows what is due, and the tasks that do it."""
