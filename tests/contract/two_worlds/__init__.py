"""Pairs of offices that differ by unannounced planned visits alone, and what observers can see of them."""
