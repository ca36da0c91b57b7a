"""Pages of a commune: what it still owes, the forms to enter it, and what was entered."""
