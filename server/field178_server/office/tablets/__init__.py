"""Tablets and the history of the server, as the operator administers them."""
