"""Pictures and the map."""
