"""Administration of tablets, epochs and backup marks."""
