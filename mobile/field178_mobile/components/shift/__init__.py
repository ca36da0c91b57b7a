"""A shift: team, decision and members for one night, taken over by every visit."""
