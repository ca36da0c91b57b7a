"""Inspection teams: decision, members with their days, tablets and open work."""
