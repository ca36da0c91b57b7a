"""Import of establishments into the register from a spreadsheet or CSV file of the office."""
