"""The yearly plan: quotas, planned visits, and what became of them."""
