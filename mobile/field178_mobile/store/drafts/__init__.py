"""Drafts: every change durable before it shows, normalised before it is filed."""
