"""The server: central store, API for tablets, and console of the office."""
