"""Screens of this feature: Kivy, each .py with its .kv beside it."""
