"""What waits, what the last exchange brought, offline export."""
