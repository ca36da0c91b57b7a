"""Stored records: the working set of a transaction, scopes, change feed, history, access, labels."""
