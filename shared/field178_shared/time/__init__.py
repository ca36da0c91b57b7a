"""The one clock of the product, and working days."""
