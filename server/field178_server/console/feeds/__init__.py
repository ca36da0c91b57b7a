"""Data feeds: the tokens by which spreadsheets and dashboards read, made and revoked."""
