"""Pages of what agencies send: what is owed, the forms, who has sent and who is late."""
