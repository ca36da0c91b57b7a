"""Import of the register from a file of the office: columns, words, preview, run, undo."""
