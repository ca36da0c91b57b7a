"""Workspace: the list of establishments, and the open record."""
