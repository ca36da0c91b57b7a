"""Inspection teams: the decision that set each up, its members by dates, its tablets and open work."""
