"""Tables of visits and of sessions: filtered, sorted, taken out as files."""
