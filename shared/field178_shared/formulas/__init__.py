"""Formulas of indicators: parser and checker of the formula texts in the lists."""
