"""Services of an unlocked tablet: what screens and presenters are built with."""
