"""Screens of the checklist: sections, items and details below an item."""
