"""Pages of the code lists: rows as the law has them, changes with a preview, packs and worksheets."""
