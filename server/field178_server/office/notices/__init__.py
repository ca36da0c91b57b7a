"""Notices that every tablet shows for a while."""
