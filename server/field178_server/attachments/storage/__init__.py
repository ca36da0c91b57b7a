"""Storage of files: folders, object store, uploads in progress, free space of the disk."""
