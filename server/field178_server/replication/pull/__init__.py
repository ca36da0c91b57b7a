"""The pull: feed rows above a cursor, scope states, repair of buckets (protocol §6)."""
