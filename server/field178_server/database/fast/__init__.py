"""Fast paths that bypass the ORM: only for pushes, records and totals, where benches showed the need."""
