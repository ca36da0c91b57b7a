"""Lists of filed visits and sessions in all review states."""
