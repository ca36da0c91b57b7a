"""Daily work and the integrity check of the store."""
