"""Reading of spreadsheets and CSV files into rows of texts, within fixed limits."""
