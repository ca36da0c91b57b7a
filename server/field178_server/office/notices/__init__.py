"""Notices that tablets and the console show for a while, to everybody or to some."""
