"""Fields of record types for people: names, kinds, sections and order."""
