"""The demonstration of `make demo`: plays the main job on made-up data with the real programs."""
