"""Backups: created while the server runs, proved by a test restore, restored into an empty store only."""
