"""Files that people upload, read within fixed limits of size, width and time."""
