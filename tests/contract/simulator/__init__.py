"""Seeded simulation of the real server and three real tablets, with faults between them and an oracle."""
