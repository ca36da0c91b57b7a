"""What waits today: records of the office, reports that are due, approved figures."""
