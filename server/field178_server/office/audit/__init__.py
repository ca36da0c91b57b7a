"""The office's view of the audit trail: entries by time, author, kind and object, and the chain check."""
