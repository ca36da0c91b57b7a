"""The audit trail as the office reads it: entries by time, author, kind and object; the chain check."""
