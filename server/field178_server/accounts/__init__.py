"""Officers and teams: accounts, browser sessions, roster, and rate limits."""
