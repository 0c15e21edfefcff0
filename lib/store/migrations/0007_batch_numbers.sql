-- Which numbered batches of each headset are stored. Those of before have no numbers.

CREATE TABLE batch_numbers (
    sender          INTEGER NOT NULL,                  -- the headset's number
    boot_id         TEXT NOT NULL,                     -- names one start of the headset
    organisation_id INTEGER NOT NULL REFERENCES organisations(id) ON DELETE CASCADE,
    up_to           INTEGER NOT NULL,                  -- every number up to this one
    beyond          TEXT NOT NULL,                     -- JSON: numbers beyond it, ascending
    received_ms     INTEGER NOT NULL,                  -- the newest of them
    PRIMARY KEY (sender, boot_id)
) STRICT, WITHOUT ROWID;
