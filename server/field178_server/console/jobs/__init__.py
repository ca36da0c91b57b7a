"""The jobs of the office: how far they are, and what became of them."""
