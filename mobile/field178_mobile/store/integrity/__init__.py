"""Opening after a crash or a damage: checks of cells and columns, rebuilding from the journal."""
