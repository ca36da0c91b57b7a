"""Backups: taken while the server runs, proved by restoring them, restored into an empty place only."""
