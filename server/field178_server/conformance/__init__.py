"""Conformance checks of the sync protocol: vectors, recorded days and cases, with a client that plays them.

The client is written from docs/sync-protocol.md and imports no other part of the product.
"""
