-- No row of a person, class, headset, lesson, course, session or used scenario is ever deleted, so nothing in
-- another module goes or changes with it: the keys refuse instead. Only the text of the tables changes, and no
-- table is copied for it: the simpler procedure of SQLite's page on ALTER TABLE.
PRAGMA writable_schema = ON;

UPDATE sqlite_schema SET sql = replace(sql, ' REFERENCES persons(id) ON DELETE SET NULL', ' REFERENCES persons(id)')
WHERE type = 'table' AND name NOT IN ('imports', 'invitations');
UPDATE sqlite_schema SET sql = replace(sql, ' REFERENCES persons(id) ON DELETE CASCADE', ' REFERENCES persons(id)')
WHERE type = 'table' AND name IN ('pairing_requests', 'experience', 'achievements', 'helping');

UPDATE sqlite_schema SET sql = replace(sql, ' REFERENCES devices(id) ON DELETE CASCADE', ' REFERENCES devices(id)')
WHERE type = 'table';
UPDATE sqlite_schema SET sql = replace(sql, ' REFERENCES devices(id) ON DELETE SET NULL', ' REFERENCES devices(id)')
WHERE type = 'table';

UPDATE sqlite_schema SET sql = replace(sql, ' REFERENCES classes(id) ON DELETE CASCADE', ' REFERENCES classes(id)')
WHERE type = 'table' AND name IN ('class_seats', 'timetable');
UPDATE sqlite_schema SET sql = replace(sql, ' REFERENCES classes(id) ON DELETE SET NULL', ' REFERENCES classes(id)')
WHERE type = 'table' AND name = 'sessions';

UPDATE sqlite_schema SET sql = replace(sql, ' REFERENCES scenarios(id) ON DELETE SET NULL', ' REFERENCES scenarios(id)')
WHERE type = 'table' AND name IN ('lessons', 'runs');
UPDATE sqlite_schema SET sql = replace(sql, ' REFERENCES sessions(id) ON DELETE SET NULL', ' REFERENCES sessions(id)')
WHERE type = 'table' AND name = 'runs';
UPDATE sqlite_schema SET sql = replace(sql, ' REFERENCES lessons(id) ON DELETE SET NULL', ' REFERENCES lessons(id)')
WHERE type = 'table' AND name IN ('runs', 'timetable');
UPDATE sqlite_schema SET sql = replace(sql, ' REFERENCES courses(id) ON DELETE SET NULL', ' REFERENCES courses(id)')
WHERE type = 'table' AND name = 'timetable';

PRAGMA writable_schema = RESET;
