"""The first page of each role: what waits, what is due, what is wrong."""
