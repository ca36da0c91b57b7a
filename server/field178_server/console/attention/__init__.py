"""Needs attention: conflicts, quarantined changes and recovered records on one list and one set of pages."""
