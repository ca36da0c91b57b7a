"""Media posts: the log of the outlets of this area, an item entered or corrected."""
