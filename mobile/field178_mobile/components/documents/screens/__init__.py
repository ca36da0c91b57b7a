"""Kivy screens of this component; each .py file has a .kv file of the same name."""
