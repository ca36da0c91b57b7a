-- Lowest seq read of a scope whose load, from its newest record downward, has not ended; 0 once all of it is here.
ALTER TABLE scope ADD COLUMN below INTEGER NOT NULL DEFAULT 0 CHECK (below >= 0);
