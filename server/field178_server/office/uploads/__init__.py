"""Reading of uploaded files within fixed limits of size, width and time."""
