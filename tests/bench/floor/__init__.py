"""The floor: the least a server of these parts can cost; a bench says how far above it we stand."""
