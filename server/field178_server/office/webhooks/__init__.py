"""Webhooks: events of records are sent to receivers over HTTPS, signed, in order, at least once."""
