"""Tablets enrolled in an officer's name, confirmed or refused by that officer."""
