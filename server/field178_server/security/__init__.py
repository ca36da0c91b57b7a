"""Keys, passwords, one-time codes and private files of the server, without access to the database."""
