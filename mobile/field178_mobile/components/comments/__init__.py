"""Comments of the office on a record, and the officer's answers in words."""
