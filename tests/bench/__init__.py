"""Benches: each prints one JSON object a line; nothing here is a timed assertion."""
