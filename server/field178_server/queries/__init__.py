"""Reads: SQL to plain dataclasses; no query writes, none knows Flask."""
