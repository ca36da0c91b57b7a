"""Access to the tablet: enrolment, PIN, officers, privacy notice, locking."""
