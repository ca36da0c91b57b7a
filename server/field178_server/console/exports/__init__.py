"""Pages of the exports: what is asked for, how far it is, and the files that are kept."""
