"""Demo program of `make demo`: plays the main job on fictional data with the real programs."""
