"""Photos: sealed files, their rows, the upload queue."""
