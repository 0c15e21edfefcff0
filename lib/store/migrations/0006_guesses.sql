-- Guesses are counted by name and source; what was locked before is open again.

DROP TABLE lockouts;

CREATE TABLE guesses (
    subject   TEXT PRIMARY KEY,
    wrong     INTEGER NOT NULL,                        -- tries since a teacher last opened its lane
    last_ms   INTEGER NOT NULL,                        -- the newest wrong try
    full_ms   INTEGER NOT NULL,                        -- when all of its budget is there again
    opened_ms INTEGER NOT NULL DEFAULT 0               -- a teacher's tap
) STRICT, WITHOUT ROWID;

CREATE TABLE known_browsers (
    token_hash      BLOB PRIMARY KEY,
    organisation_id INTEGER NOT NULL REFERENCES organisations(id) ON DELETE CASCADE,
    person_id       INTEGER NOT NULL REFERENCES persons(id) ON DELETE CASCADE,
    used_ms         INTEGER NOT NULL,                  -- the newest sign-in there
    wrong           INTEGER NOT NULL DEFAULT 0,        -- tries since then
    full_ms         INTEGER NOT NULL DEFAULT 0         -- when all of their budget is there again
) STRICT, WITHOUT ROWID;
CREATE INDEX known_browsers_by_person ON known_browsers(person_id);

CREATE TABLE known_headsets (
    person_id       INTEGER NOT NULL REFERENCES persons(id) ON DELETE CASCADE,
    device_id       INTEGER NOT NULL REFERENCES devices(id),
    organisation_id INTEGER NOT NULL REFERENCES organisations(id) ON DELETE CASCADE,
    used_ms         INTEGER NOT NULL,                  -- when they last signed in on it
    PRIMARY KEY (person_id, device_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX known_headsets_by_device ON known_headsets(device_id);
