"""Walks each role's day as its guide tells it, for the pictures of the guides and for their test."""
