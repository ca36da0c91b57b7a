"""Erasure of a record's content, requested by one officer and confirmed by another."""
