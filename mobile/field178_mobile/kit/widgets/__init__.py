"""Widgets of the component kit; each .py file has a .kv file of the same name."""
