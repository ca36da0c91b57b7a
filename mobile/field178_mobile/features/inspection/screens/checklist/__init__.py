"""Screens of the checklist: its sections, items and what unfolds below an item."""
