"""Targets of the area: what the server counted last, and what is not sent yet."""
