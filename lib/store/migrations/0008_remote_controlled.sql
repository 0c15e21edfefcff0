-- Headsets that are controlled from outside, without an app of ours.

CREATE TABLE remote_controlled (
    serial_number   TEXT PRIMARY KEY,
    organisation_id INTEGER NOT NULL REFERENCES organisations(id) ON DELETE CASCADE,
    taken_in_ms     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
