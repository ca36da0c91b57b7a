-- rested: the last record that rested when this scope was last proven. What left it later is in doubt when the
-- scope turns out to differ.
ALTER TABLE scope ADD COLUMN rested INTEGER NOT NULL DEFAULT 0 CHECK (rested >= 0);
