"""Checks of the running system, for the console and `field178 health`."""
