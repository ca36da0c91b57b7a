"""Device functions beyond Python: files, screen, power; one Protocol, several adapters."""
