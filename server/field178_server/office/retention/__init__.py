"""Retention of records: removal at the end of a period, decided by two officers."""
