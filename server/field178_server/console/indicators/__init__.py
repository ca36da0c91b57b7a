"""Pages of the indicators: figures against targets, and what each number is counted from."""
