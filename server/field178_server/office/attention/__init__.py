"""Attention list: conflicts, quarantined changes and divergent records that need a decision."""
