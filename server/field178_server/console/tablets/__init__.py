"""Tablets: list, enrolment, revocation."""
