"""Walks through the console pages, for the pictures and the test of each role's guide."""
