-- The files that records name and that this tablet made: the queue of their upload. Their bytes lie sealed
-- in the folder `photos`, by hash. ordinal is the order in which they were added.
-- location: where the server takes the rest; sent_bytes: how much of it the server said it has.
CREATE TABLE photo (
    ordinal INTEGER PRIMARY KEY AUTOINCREMENT,
    sha256 TEXT NOT NULL,
    record_id TEXT NOT NULL,
    size_bytes INTEGER NOT NULL CHECK (size_bytes > 0),
    content_type TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'refused', 'damaged')),
    location TEXT,
    sent_bytes INTEGER NOT NULL DEFAULT 0 CHECK (sent_bytes BETWEEN 0 AND size_bytes),
    attempts INTEGER NOT NULL DEFAULT 0,
    last_error TEXT,
    UNIQUE (sha256, record_id)
) STRICT;
CREATE INDEX photo_record ON photo (record_id);
