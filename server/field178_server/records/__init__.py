"""Stored records: the batch of a transaction, scopes, change feed, history, access filter, labels."""
