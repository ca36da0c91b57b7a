"""The yearly plan: quotas against what was done, planned visits, their calendar, and their changes."""
