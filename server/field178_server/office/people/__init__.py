"""People: accounts of officers for administrators."""
