"""Source records of the figures, with their links, merges, plans and units in divided communes."""
