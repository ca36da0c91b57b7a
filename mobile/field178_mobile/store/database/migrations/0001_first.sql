-- Plain text in this file: ids, scopes, types, revisions, states, sizes, key ids. All else is sealed.

CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE setting (
    id TEXT PRIMARY KEY,
    revision INTEGER NOT NULL CHECK (revision > 0),
    key_id TEXT NOT NULL,
    sealed BLOB NOT NULL
) STRICT;

-- One granted scope: how far it was read, and the sealed digest of its live base rows.
-- refresh > 0: it is being read again from the start; rows whose `seen` is lower go at its last checkpoint.
CREATE TABLE scope (
    id TEXT PRIMARY KEY,
    cursor INTEGER NOT NULL DEFAULT 0 CHECK (cursor >= 0),
    refresh INTEGER NOT NULL DEFAULT 0 CHECK (refresh >= 0),
    revision INTEGER NOT NULL DEFAULT 0,
    key_id TEXT NOT NULL,
    sealed BLOB NOT NULL
) STRICT;

-- What the server last committed to this tablet.
CREATE TABLE base (
    id TEXT PRIMARY KEY,
    type TEXT NOT NULL,
    scope TEXT NOT NULL,
    rev INTEGER NOT NULL CHECK (rev > 0),
    deleted INTEGER NOT NULL CHECK (deleted IN (0, 1)),
    seen INTEGER NOT NULL DEFAULT 0,
    key_id TEXT NOT NULL,
    sealed BLOB NOT NULL
) STRICT;
CREATE INDEX base_type ON base (type, scope);
CREATE INDEX base_scope ON base (scope);

-- The table of changes: everything this tablet ever filed and may have to offer again.
-- ordinal is the order of filing on this tablet; n counts per incarnation.
CREATE TABLE outbox (
    ordinal INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    incarnation TEXT NOT NULL,
    n INTEGER NOT NULL CHECK (n > 0),
    record_id TEXT NOT NULL,
    type TEXT NOT NULL,
    scope TEXT NOT NULL,
    op TEXT NOT NULL,
    is_create INTEGER NOT NULL CHECK (is_create IN (0, 1)),
    state TEXT NOT NULL CHECK (state IN ('pending', 'sent', 'parked', 'acknowledged')),
    status TEXT CHECK (status IN ('applied', 'unchanged', 'conflict', 'quarantined')),
    reason TEXT,
    rev INTEGER NOT NULL DEFAULT 0,
    seq INTEGER,
    verdict INTEGER NOT NULL DEFAULT 0,
    receipt_scope TEXT,
    receipt_incarnation TEXT,
    settled INTEGER NOT NULL DEFAULT 0 CHECK (settled IN (0, 1)),
    replaced_by TEXT,
    size_bytes INTEGER NOT NULL,
    key_id TEXT NOT NULL,
    sealed BLOB NOT NULL,
    sealed_receipt BLOB,
    CHECK (state <> 'acknowledged' OR status IS NOT NULL)
) STRICT;
CREATE INDEX outbox_record ON outbox (record_id, ordinal);
CREATE INDEX outbox_open ON outbox (ordinal) WHERE state <> 'acknowledged';
CREATE INDEX outbox_shown ON outbox (type, record_id) WHERE settled = 0;

-- One life of this database. pruned: digest of the receipts whose changes are no longer held.
-- explained: the server's digest that was looked into and found to hold all of ours.
CREATE TABLE incarnation (
    id TEXT PRIMARY KEY,
    backed_up INTEGER NOT NULL DEFAULT 0,
    pruned_count INTEGER NOT NULL DEFAULT 0,
    pruned_total TEXT NOT NULL DEFAULT '00000000000000000000000000000000',
    explained TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE draft (
    id TEXT PRIMARY KEY,
    record_id TEXT NOT NULL,
    type TEXT NOT NULL,
    scope TEXT NOT NULL,
    revision INTEGER NOT NULL CHECK (revision > 0),
    key_id TEXT NOT NULL,
    sealed BLOB NOT NULL
) STRICT;
CREATE INDEX draft_record ON draft (record_id);

CREATE TABLE notice (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    key_id TEXT NOT NULL,
    sealed BLOB NOT NULL
) STRICT;
