"""Receipts: the stored outcome of every change, kept for ever."""
