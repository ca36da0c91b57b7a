"""Storage of files: folder, object store, uploads in progress, free space of the disk."""
