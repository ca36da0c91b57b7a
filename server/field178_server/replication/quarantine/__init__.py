"""Quarantine: changes that are stored and acknowledged but not applied, and their reprocessing."""
