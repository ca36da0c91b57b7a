"""Notices of the office: the list, a new one, who has each, and an officer's word that one was read."""
