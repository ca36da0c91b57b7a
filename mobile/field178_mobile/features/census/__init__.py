"""The worker census: the workers of an establishment counted outside a visit."""
