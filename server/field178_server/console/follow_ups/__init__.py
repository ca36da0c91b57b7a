"""What visits began: the list of what is due, and the forms of what the office enters."""
