"""Input method for Vietnamese with plain keys (Telex, VNI), for tablets whose own keyboard cannot."""
