"""Screens of this component: Kivy, each .py with its .kv beside it."""
