"""Printed documents of a visit, rendered from its records."""
