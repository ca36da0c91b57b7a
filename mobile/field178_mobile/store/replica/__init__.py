"""The tablet's copy of server records, and the merged view that screens show."""
