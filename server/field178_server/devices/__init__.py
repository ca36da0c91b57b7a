"""Tablets: enrolment, sessions, rights, heartbeat, key recovery."""
