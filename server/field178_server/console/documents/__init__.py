"""The printed documents of a visit as PDF."""
