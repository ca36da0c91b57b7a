"""One search over the register and the filed records."""
