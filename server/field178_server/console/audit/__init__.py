"""The audit trail in the console: who did what, who read a record, and whether anything was altered."""
