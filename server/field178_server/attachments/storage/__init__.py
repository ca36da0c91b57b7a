"""Where bytes of files lie: folders, object store, uploads under way, free space of the disk."""
