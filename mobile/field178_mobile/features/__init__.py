"""Features for officers: presenter and state of each feature, and its screens."""
