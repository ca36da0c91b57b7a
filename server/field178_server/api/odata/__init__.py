"""OData 4.0 at /odata/v4/: tables that spreadsheets and dashboards read with a token (decision 0108)."""
