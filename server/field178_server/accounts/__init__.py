"""Officers and teams: accounts, their console sessions, the roster, and limits on attempts."""
