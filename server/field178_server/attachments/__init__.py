"""Files referenced by records: resumable uploads, storage, previews, garbage collection."""
