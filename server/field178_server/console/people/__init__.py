"""People: list of accounts, one page each, and the link by which an officer chooses a password."""
