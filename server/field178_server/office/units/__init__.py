"""Administrative units after a reform: establishments of the register that are still in ended units."""
