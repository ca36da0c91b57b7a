"""Typed records: frozen views of a record's data, never written back."""
