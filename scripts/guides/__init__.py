"""Walks through the console along each role's guide, for its pictures and its test."""
