"""The view of one record, shared by all capabilities that show records."""
