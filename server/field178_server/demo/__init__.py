"""The made-up district: its records, and how they are filed in an empty store."""
