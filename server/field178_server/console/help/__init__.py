"""The guides: one page a role that says what its day looks like and how each task is done."""
