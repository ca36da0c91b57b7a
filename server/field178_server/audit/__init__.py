"""Audit trail, and the signed hash chain over the receipts (docs/sync-protocol.md §A)."""
