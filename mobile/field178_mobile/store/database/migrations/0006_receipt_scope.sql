-- Receipts are rows of the scope of this device (docs/decisions/0140): its cursor and digest lie in `scope`.
DROP TABLE incarnation;

-- Digest of the receipts whose change this tablet does not hold, by bucket: the last byte of the change id.
CREATE TABLE folded_receipt (
    bucket TEXT PRIMARY KEY CHECK (length(bucket) = 2),
    count INTEGER NOT NULL CHECK (count > 0),
    total TEXT NOT NULL CHECK (length(total) = 32)
) STRICT, WITHOUT ROWID;

-- Revision of the sealed receipt of a change: counts the receipts that were stored for it.
ALTER TABLE outbox RENAME COLUMN verdict TO receipt_revision;
ALTER TABLE outbox DROP COLUMN receipt_incarnation;
-- Seq of the checkpoint that proved the receipt, never below its stamp in the scope of this device.
ALTER TABLE outbox ADD COLUMN stamp INTEGER;

DELETE FROM meta WHERE key IN ('verdicts', 'must_offer', 'wants', 'mixed_lives');
