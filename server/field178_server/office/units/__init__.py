"""Administrative units after a reform: entries of the register that still lie in units that ended."""
