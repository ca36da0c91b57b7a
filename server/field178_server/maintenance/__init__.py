"""Hourly and daily maintenance, and the integrity check of the store."""
