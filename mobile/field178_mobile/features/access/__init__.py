"""Who holds the tablet: enrolment, PIN, officers, notice, locking."""
