"""The main work: the list of establishments beside the record that is open."""
