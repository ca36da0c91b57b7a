"""Communes after a reform: the entries of the register that still lie in communes that ended."""
