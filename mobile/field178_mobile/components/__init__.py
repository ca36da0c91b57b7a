"""Parts that features share: forms, photos, documents, comments, check-in, shift, session services."""
