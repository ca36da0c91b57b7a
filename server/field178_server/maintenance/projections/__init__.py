"""Projecting stored records again: rows of lists compared with the records, and written anew."""
