-- The audit log's chain is keyed from now on. The next start, which has the key, signs the anchor and notes
-- up to which row the plain chain holds.

ALTER TABLE audit_anchor ADD COLUMN mac BLOB NOT NULL DEFAULT x'';
CREATE TABLE audit_seal (
    one          INTEGER PRIMARY KEY CHECK (one = 1),
    plain_to     INTEGER NOT NULL,
    unchecked_to INTEGER NOT NULL,
    hash         BLOB NOT NULL,
    mac          BLOB NOT NULL
) STRICT;
