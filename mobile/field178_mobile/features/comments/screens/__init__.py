"""Screens of comments and answers."""
