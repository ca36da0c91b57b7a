"""Changes that are stored and acknowledged, but not applied: kept, found again, reprocessed."""
