-- A headset that uses its own token is not reached by its serial number; what asks all the same waits for a tap.

ALTER TABLE logins ADD COLUMN used INTEGER NOT NULL DEFAULT 0;
ALTER TABLE logins ADD COLUMN bound_from TEXT NOT NULL DEFAULT '';
ALTER TABLE pairing_codes ADD COLUMN admitted TEXT COLLATE NOCASE;

CREATE TABLE new_pairing_requests (
    id               INTEGER PRIMARY KEY,
    organisation_id  INTEGER NOT NULL REFERENCES organisations(id) ON DELETE CASCADE,
    serial_number    TEXT NOT NULL COLLATE NOCASE,
    model            TEXT NOT NULL DEFAULT '',
    person_id        INTEGER REFERENCES persons(id),    -- null: by code
    token_hash       BLOB NOT NULL UNIQUE,             -- of the token that its client holds: its login's, once admitted
    created_ms       INTEGER NOT NULL,
    address          TEXT NOT NULL DEFAULT '',         -- where it came from: IPv4, or an IPv6 /64
    code             INTEGER,
    by_serial_number INTEGER NOT NULL DEFAULT 0        -- the client knows no headset's token
) STRICT;
INSERT INTO new_pairing_requests (id, organisation_id, serial_number, model, person_id, token_hash, created_ms, address)
SELECT id, organisation_id, serial_number, model, person_id, token_hash, created_ms, '' FROM pairing_requests;
DROP TABLE pairing_requests;
ALTER TABLE new_pairing_requests RENAME TO pairing_requests;
CREATE INDEX pairing_requests_by_organisation ON pairing_requests(organisation_id, address);
