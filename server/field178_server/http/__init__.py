"""The edge of HTTP that api and console share: authentication, request bodies, headers, errors, log."""
