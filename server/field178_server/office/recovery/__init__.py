"""Divergent records: recovered as a change of the office, or rejected."""
