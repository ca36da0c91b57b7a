"""Divergent records: taken in as a change of the office, or rejected."""
