"""One list of what needs a decision: conflicts, quarantine and recovered records."""
