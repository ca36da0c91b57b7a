"""Targets of the area: the server's latest figures, and the unsent part."""
