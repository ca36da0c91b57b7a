"""Checks of the running system: one list, read by the console and by `field178 health`."""
