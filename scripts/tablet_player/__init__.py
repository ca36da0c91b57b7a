"""Plays the tablet by script through its real screens: for the demo, the benches and whole-journey tests."""
