"""Forms that can be checked: fields with what is pinned to them, lines of a check."""
