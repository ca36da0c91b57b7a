"""The component kit: about twenty widgets every screen is made of, each .py with its .kv beside it."""
