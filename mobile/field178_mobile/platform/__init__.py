"""What the device offers beyond Python: files, screen, power; one Protocol, several adapters."""
