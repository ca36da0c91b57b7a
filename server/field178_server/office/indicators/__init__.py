"""Indicators: the figures of an area and a period, counted from the records of the store."""
