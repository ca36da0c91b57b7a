"""Fast paths that bypass the ORM: only for replication, records and totals, where benches showed the need."""
