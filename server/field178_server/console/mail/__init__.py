"""E-mail: how each fared, a test, and the same texts to paste where there is none."""
