"""Webhooks: the receivers that are told of what happens, what each has taken, and what is told again."""
