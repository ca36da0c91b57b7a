"""One search over establishments, visits, sessions and pages."""
