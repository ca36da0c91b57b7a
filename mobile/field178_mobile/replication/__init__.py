"""Replication without I/O in its engine: requests, answers, receipts, recovery; transport apart."""
