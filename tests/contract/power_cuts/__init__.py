"""Storage that loses data: after a power cut, unsynced writes may be gone, torn or out of order."""
