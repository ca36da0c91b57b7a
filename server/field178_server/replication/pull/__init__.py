"""Changes down: rows above a cursor, scope states, repair of buckets (protocol §6)."""
