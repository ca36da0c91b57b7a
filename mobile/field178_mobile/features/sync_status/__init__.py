"""Sync status: unsent records, result of the last exchange, offline export."""
