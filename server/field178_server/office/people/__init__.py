"""People: the accounts of officers as an administrator sees them."""
