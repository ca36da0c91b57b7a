"""Formulas of indicators: what a row of the list may say, parsed and checked before anything is counted."""
