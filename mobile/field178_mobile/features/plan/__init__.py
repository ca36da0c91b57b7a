"""The plan on the tablet: the visits that the office gave to this officer's team."""
