"""Returns of agencies for the yearly figures: access rights, entered returns and missing returns."""
