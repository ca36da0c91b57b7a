"""Notices that tablets and the console show for some days, to all officers or to an audience."""
