"""Replication: engine without I/O, requests, answers, receipts, recovery; the transport is separate."""
