"""The merge policy: whether a change is applied, unchanged, in conflict or quarantined (protocol §5.4)."""
