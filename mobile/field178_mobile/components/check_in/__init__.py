"""Check-in at an establishment: GPS fix, arrival photo, reasons without a fix."""
