"""A disk that forgets: what was written and not synced may be gone, torn or out of order after a cut."""
