"""Data feeds: tables that programs read as OData, and the tokens that authorize them."""
