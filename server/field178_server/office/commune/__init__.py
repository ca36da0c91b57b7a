"""Commune entries for the yearly figures: censuses, media posts, plans, counts of at-risk groups."""
