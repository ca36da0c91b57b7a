"""The review queue, one record beside it, and the decisions on it."""
