"""Outreach sessions: list, form, audiences, establishments."""
