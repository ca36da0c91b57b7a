"""Inputs: fields, counts, dates, times, choices, chips, the rows of a checklist."""
