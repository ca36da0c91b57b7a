"""Quarantine: changes stored and acknowledged, not applied; found and reprocessed later."""
