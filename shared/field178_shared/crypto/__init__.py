"""Signatures and sealed boxes."""
