"""Keys, passwords, one-time codes and private files of the server; no table is known here."""
