"""The data feeds as OData 4.0 at /odata/v4/, read with a data token (decision 0108)."""
