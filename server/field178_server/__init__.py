"""The central store, its API and the office console."""
