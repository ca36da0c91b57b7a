"""Signatures, sealed boxes and the hash chain."""
