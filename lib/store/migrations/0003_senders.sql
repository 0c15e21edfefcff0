-- Headsets that change places keep the number by which their batches are known; a run remembers which headsets it
-- was on.

CREATE TABLE sender_numbers (
    device_id       INTEGER PRIMARY KEY REFERENCES devices(id),
    organisation_id INTEGER NOT NULL REFERENCES organisations(id) ON DELETE CASCADE,
    number          INTEGER NOT NULL
) STRICT;

CREATE TABLE former_senders (
    run_id INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    PRIMARY KEY (run_id, number)
) STRICT, WITHOUT ROWID;
