"""Forms with checks: fields with their messages, and rows of problems."""
