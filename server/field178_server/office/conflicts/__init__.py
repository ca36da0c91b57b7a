"""Conflicts: what each author meant, and the resolution path by path."""
