"""Quarantined changes: reprocessed, corrected, rejected or restored by the office."""
