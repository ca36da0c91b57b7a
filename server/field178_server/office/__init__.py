"""Queries and operations of the office, without Flask; capabilities are independent of each other."""
