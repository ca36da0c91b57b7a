"""The yearly plan: quotas, planned visits, and their progress."""
