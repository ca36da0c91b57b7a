"""Fast paths past the ORM: for replication, records and totals alone, where a bench measured their need."""
