"""The printed documents of a visit, made from its records."""
