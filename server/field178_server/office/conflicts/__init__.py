"""Conflicts: the values of each author, and the resolution of each path."""
