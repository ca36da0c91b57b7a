"""Tablets: enrolment, sessions, what each may do at this moment, when it was last heard of."""
