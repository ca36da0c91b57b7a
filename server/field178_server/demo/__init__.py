"""The demo district: invented records, filed in an empty store."""
