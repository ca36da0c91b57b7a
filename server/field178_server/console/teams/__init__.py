"""Inspection teams: list, page of one team, its decision and its members."""
