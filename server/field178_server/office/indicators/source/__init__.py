"""Records as the figures see them: with links, merges, plans and the part of a divided commune."""
