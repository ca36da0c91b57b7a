"""The tablet: an offline field notebook."""
