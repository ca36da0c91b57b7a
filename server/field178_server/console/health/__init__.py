"""Health of the system: what is in order, what is not, what to do, and a backup at once."""
