"""A seeded world of the real server and three real tablets, faults between them, and an oracle."""
