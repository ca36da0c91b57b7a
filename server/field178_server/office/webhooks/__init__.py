"""Webhooks: what happens to records is told to receivers over HTTPS, signed, in order, at least once."""
