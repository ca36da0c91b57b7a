"""Kivy screens of this feature; each .py file has a .kv file of the same name."""
