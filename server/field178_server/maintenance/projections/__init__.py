"""Rebuild of projections: rows are compared with the stored records and written again."""
