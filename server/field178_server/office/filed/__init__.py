"""Lists of filed visits and sessions over all review states."""
