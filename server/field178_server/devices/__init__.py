"""Tablets: enrolment, sessions, rights, heartbeat."""
