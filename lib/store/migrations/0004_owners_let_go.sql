-- When a room, a seat or a run goes, each module lets go of it in its own tables, told by a hook; the keys
-- refuse otherwise. Only the text of these tables changes.
PRAGMA writable_schema = ON;

UPDATE sqlite_schema SET sql = replace(sql, ' REFERENCES rooms(id) ON DELETE SET NULL', ' REFERENCES rooms(id)')
WHERE type = 'table' AND name IN ('timetable', 'sessions');
UPDATE sqlite_schema SET sql = replace(sql, ' REFERENCES seats(id) ON DELETE SET NULL', ' REFERENCES seats(id)')
WHERE type = 'table' AND name = 'runs';
UPDATE sqlite_schema SET sql = replace(sql, ' REFERENCES runs(id) ON DELETE CASCADE', ' REFERENCES runs(id)')
WHERE type = 'table' AND name IN ('trainings', 'chat_messages', 'experience');
UPDATE sqlite_schema SET sql = replace(sql, ' REFERENCES runs(id) ON DELETE SET NULL', ' REFERENCES runs(id)')
WHERE type = 'table' AND name = 'achievements';

PRAGMA writable_schema = RESET;

CREATE INDEX achievements_by_run ON achievements(run_id) WHERE run_id IS NOT NULL;

-- A run says itself whether it waits for its headset: runs need not look into the trainings above them.
ALTER TABLE runs ADD COLUMN waiting INTEGER NOT NULL DEFAULT 0;
UPDATE runs SET waiting = 1 WHERE id IN (SELECT run_id FROM trainings WHERE phase = 'assigned');
