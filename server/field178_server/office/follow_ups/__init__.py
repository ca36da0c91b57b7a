"""Follow-ups of visits: entries of the office, and the list of open corrections, decisions and payments."""
