"""Import of the register of establishments from a spreadsheet or CSV file of the office."""
