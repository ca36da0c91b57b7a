"""The server process: waitress, the TLS front, limits on connections, installation."""
