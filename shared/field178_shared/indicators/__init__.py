"""Indicators: figures of an area and a period, counted from records by the formulas of the lists."""
