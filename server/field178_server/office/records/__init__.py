"""Single records: moved to another scope, merged and unmerged."""
