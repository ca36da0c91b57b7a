"""The fields of record types as people read them: names, kinds, sections and order."""
