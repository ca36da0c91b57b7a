"""Files that records name: resumable uploads, stored bytes, previews, garbage collection."""
