"""Conflicts: the values of each author, and the resolution path by path."""
