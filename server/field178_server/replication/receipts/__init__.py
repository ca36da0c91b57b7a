"""Receipts: the stored outcome of every change, never deleted."""
