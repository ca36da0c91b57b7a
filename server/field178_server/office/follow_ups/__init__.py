"""What the office enters after a visit, and the list of what visits began."""
