-- Records that a sync took out of the base. They rest here for thirty days; lost = 1: the server may not
-- have them any more, so they are offered to it and rest until it answers.
CREATE TABLE removed (
    ordinal INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    scope TEXT NOT NULL,
    rev INTEGER NOT NULL CHECK (rev > 0),
    deleted INTEGER NOT NULL CHECK (deleted IN (0, 1)),
    lost INTEGER NOT NULL CHECK (lost IN (0, 1)),
    at_s INTEGER NOT NULL,
    key_id TEXT NOT NULL,
    sealed BLOB NOT NULL
) STRICT;
CREATE INDEX removed_record ON removed (id);
CREATE INDEX removed_lost ON removed (ordinal) WHERE lost = 1;

-- A scope is repaired bucket by bucket (refresh > 0), no longer read a second time from the start.
ALTER TABLE base DROP COLUMN seen;

-- gone: live rows that left a scope since it was last proven. held: as many would have left when the brake
-- stopped the sync; the user's answer to that.
ALTER TABLE scope ADD COLUMN gone INTEGER NOT NULL DEFAULT 0 CHECK (gone >= 0);
ALTER TABLE scope ADD COLUMN held INTEGER NOT NULL DEFAULT 0 CHECK (held >= 0);
ALTER TABLE scope ADD COLUMN answer TEXT NOT NULL DEFAULT 'none' CHECK (answer IN ('none', 'allowed', 'kept'));
