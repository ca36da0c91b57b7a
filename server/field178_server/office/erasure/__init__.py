"""Erasure of a record's content, asked for by one officer and confirmed by another."""
