"""HTTP layer shared by api and console: authentication, request bodies, headers, errors, log."""
