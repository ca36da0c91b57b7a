"""Services of an unlocked tablet for screens and presenters."""
