"""Outbox: life of changes (submit, in flight, pruned), and the journal."""
