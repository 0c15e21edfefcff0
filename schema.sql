-- The whole current schema of lectern.db. Each table stands under the module that owns it, a folder of lib/:
-- no other module's SQL writes it (tests/tidy/sql_ownership_test.cpp). Every change here brings a migration
-- in lib/store/migrations/, which upgrades older databases to exactly this schema; a test compares the two
-- (comments do not count). PRAGMA user_version is the number of the newest migration.
--
-- Times are integer milliseconds since 1970 UTC, by the server's clock, and end in _ms. Every row belongs to
-- an organisation, by a column or through its parent, and every query says which.

-- ============================================================ store

-- Facts about the box itself: the hash of the setup code, and the like.
CREATE TABLE settings (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- ============================================================ people

CREATE TABLE organisations (
    id            INTEGER PRIMARY KEY,
    name          TEXT NOT NULL UNIQUE COLLATE NOCASE,
    colour        TEXT NOT NULL DEFAULT '#2f6fde',
    time_zone     TEXT NOT NULL DEFAULT 'UTC',
    language      TEXT NOT NULL DEFAULT 'en',
    created_ms    INTEGER NOT NULL,
    -- What the school decides for itself.
    staff_pin     INTEGER NOT NULL DEFAULT 1,          -- may staff sign in by PIN alone? Administration never
    pick_names    INTEGER NOT NULL DEFAULT 0,          -- may students pick their name on a headset?
    leaderboard   TEXT NOT NULL DEFAULT 'anonymous' CHECK (leaderboard IN ('off', 'anonymous', 'names')),
    -- Events older than this are reduced to their rollups, and conversations are removed; null: never.
    gaze_days     INTEGER DEFAULT 365
) STRICT;

-- The licence of an organisation: a paired headset takes a seat. `seats_taken` changes only together with a
-- device's pairing, in one statement that cannot exceed `seats`, so the count is exact even when several pair
-- at once.
CREATE TABLE licences (
    organisation_id INTEGER PRIMARY KEY REFERENCES organisations(id) ON DELETE CASCADE,
    type            TEXT NOT NULL DEFAULT 'school',
    seats           INTEGER NOT NULL CHECK (seats >= 0),
    seats_taken     INTEGER NOT NULL DEFAULT 0 CHECK (seats_taken >= 0 AND seats_taken <= seats),
    last_day        TEXT                               -- 'YYYY-MM-DD'; null: never ends
) STRICT;

CREATE TABLE persons (
    id                INTEGER PRIMARY KEY,
    organisation_id   INTEGER NOT NULL REFERENCES organisations(id) ON DELETE CASCADE,
    role              TEXT NOT NULL CHECK (role IN ('student', 'viewer', 'teacher', 'administrator')),
    nickname          TEXT NOT NULL COLLATE NOCASE,
    first_name        TEXT NOT NULL DEFAULT '',
    last_name         TEXT NOT NULL DEFAULT '',
    username          TEXT UNIQUE COLLATE NOCASE,      -- unique on the whole box
    email             TEXT UNIQUE COLLATE NOCASE,      -- unique on the whole box
    external_id       TEXT,                            -- a roster's id
    pin_hash          TEXT,                            -- argon2id, peppered
    password_hash     TEXT,                            -- argon2id, peppered
    -- Base32; null: no second factor. Not hashed, because codes are made from it.
    totp_secret       TEXT,
    totp_last_step    INTEGER NOT NULL DEFAULT 0,      -- of the newest accepted code: a code works once
    totp_offered      TEXT,                            -- shown, and not yet confirmed by a code
    totp_offered_ms   INTEGER,
    box_administrator INTEGER NOT NULL DEFAULT 0,
    active            INTEGER NOT NULL DEFAULT 1,
    created_ms        INTEGER NOT NULL,
    -- The import that brings this person in: inactive and hidden until all are there.
    import_id         INTEGER,
    -- The row stays for what refers to it; nothing in it tells who it was.
    erased_ms         INTEGER,
    -- The nickname as it is compared (platform/plain_name.h): without capitals, which SQLite knows of a to z alone.
    name_key          TEXT NOT NULL DEFAULT '',
    UNIQUE (organisation_id, nickname)
) STRICT;
CREATE UNIQUE INDEX persons_by_name_key ON persons(name_key, organisation_id);
CREATE UNIQUE INDEX persons_by_external_id ON persons(organisation_id, external_id) WHERE external_id IS NOT NULL;

-- Codes for signing in when the authenticator is lost: each works once, then its row goes.
CREATE TABLE recovery_codes (
    person_id INTEGER NOT NULL REFERENCES persons(id) ON DELETE CASCADE,
    code_hash BLOB NOT NULL,
    PRIMARY KEY (person_id, code_hash)
) STRICT, WITHOUT ROWID;

-- The hash of the random token in the QR code of a student's login card.
CREATE TABLE login_cards (
    person_id  INTEGER PRIMARY KEY REFERENCES persons(id) ON DELETE CASCADE,
    token_hash BLOB NOT NULL UNIQUE,
    issued_ms  INTEGER NOT NULL
) STRICT;

-- Erased people with rows left elsewhere; short jobs remove those.
CREATE TABLE erasures (
    person_id       INTEGER PRIMARY KEY REFERENCES persons(id) ON DELETE CASCADE,
    organisation_id INTEGER NOT NULL REFERENCES organisations(id) ON DELETE CASCADE,
    remove_runs     INTEGER NOT NULL,
    asked_ms        INTEGER NOT NULL
) STRICT;

-- The import of a roster, see people/rosters/import.h. One per organisation.
CREATE TABLE imports (
    id              INTEGER PRIMARY KEY,
    organisation_id INTEGER NOT NULL REFERENCES organisations(id) ON DELETE CASCADE,
    created_by      INTEGER REFERENCES persons(id) ON DELETE SET NULL,
    format          TEXT NOT NULL CHECK (format IN ('csv', 'oneroster')),
    mode            TEXT NOT NULL CHECK (mode IN ('add', 'update')),
    state           TEXT NOT NULL CHECK (state IN ('staging', 'staged', 'adding', 'updating', 'done')),
    draw_pins       INTEGER NOT NULL DEFAULT 0,
    ignored         TEXT NOT NULL DEFAULT '[]',        -- JSON: columns that mean nothing here
    teachers        TEXT NOT NULL DEFAULT '{}',        -- JSON: by a class's name, its teacher's nickname
    rows            INTEGER NOT NULL,
    done            INTEGER NOT NULL DEFAULT 0,
    first_person_id INTEGER,                           -- the people that it adds lie between these two
    last_person_id  INTEGER,
    created_ms      INTEGER NOT NULL
) STRICT;
CREATE INDEX imports_by_organisation ON imports(organisation_id);

CREATE TABLE import_rows (
    import_id INTEGER NOT NULL REFERENCES imports(id) ON DELETE CASCADE,
    place     INTEGER NOT NULL,
    number    INTEGER NOT NULL,                        -- of the row in its file
    fate      TEXT NOT NULL CHECK (fate IN ('add', 'update', 'unchanged', 'skip', 'error')),
    reason    TEXT NOT NULL,
    data      TEXT NOT NULL,                           -- JSON: what the row says, without its PIN
    person_id INTEGER,
    done      INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (import_id, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX import_rows_by_person ON import_rows(person_id) WHERE person_id IS NOT NULL;

-- How staff join, and learners who sign in by e-mail: an administrator hands over a code that works once. A
-- row lives until it is accepted or revoked; an expired one is shown as such. `candidate` and `totp_*` belong
-- to a registration by authenticator that has begun.
CREATE TABLE invitations (
    id              INTEGER PRIMARY KEY,
    organisation_id INTEGER NOT NULL REFERENCES organisations(id) ON DELETE CASCADE,
    role            TEXT NOT NULL CHECK (role IN ('student', 'viewer', 'teacher', 'administrator')),
    name            TEXT NOT NULL DEFAULT '',          -- the invited person, as the administrator wrote it
    email           TEXT COLLATE NOCASE,               -- becomes the person's
    code_hash       BLOB NOT NULL UNIQUE,
    invited_by      INTEGER REFERENCES persons(id) ON DELETE SET NULL,
    created_ms      INTEGER NOT NULL,
    expires_ms      INTEGER NOT NULL,
    candidate       TEXT COLLATE NOCASE,               -- the user name of the person who registers
    totp_secret     TEXT,
    candidate_ms    INTEGER                            -- when that began: it lives five minutes
) STRICT;
CREATE INDEX invitations_by_organisation ON invitations(organisation_id, id);
CREATE INDEX invitations_by_candidate ON invitations(candidate) WHERE candidate IS NOT NULL;

-- Settings that people make for themselves in the trainer dialect's apps.
CREATE TABLE profiles (
    person_id     INTEGER PRIMARY KEY REFERENCES persons(id) ON DELETE CASCADE,
    time_zone     TEXT,                                -- null: the organisation's
    preferences   TEXT NOT NULL DEFAULT '{}',          -- a JSON object, the app's own
    last_login_ms INTEGER
) STRICT;

-- People who forgot their password; an administrator sets a new one.
CREATE TABLE password_requests (
    person_id INTEGER PRIMARY KEY REFERENCES persons(id) ON DELETE CASCADE,
    at_ms     INTEGER NOT NULL
) STRICT;

CREATE TABLE classes (
    id              INTEGER PRIMARY KEY,
    organisation_id INTEGER NOT NULL REFERENCES organisations(id) ON DELETE CASCADE,
    name            TEXT NOT NULL COLLATE NOCASE,
    teacher_id      INTEGER NOT NULL REFERENCES persons(id),
    created_ms      INTEGER NOT NULL,
    -- Removed: hidden but for what refers to it; can be undone.
    archived_ms     INTEGER
) STRICT;
CREATE UNIQUE INDEX classes_by_name ON classes(organisation_id, name) WHERE archived_ms IS NULL;
CREATE INDEX classes_by_teacher ON classes(teacher_id);

CREATE TABLE class_students (
    class_id  INTEGER NOT NULL REFERENCES classes(id) ON DELETE CASCADE,
    person_id INTEGER NOT NULL REFERENCES persons(id) ON DELETE CASCADE,
    PRIMARY KEY (class_id, person_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX class_students_by_person ON class_students(person_id);

-- A signed-in person or headset. Only the holder has the token; this is its hash.
CREATE TABLE logins (
    id              INTEGER PRIMARY KEY,
    organisation_id INTEGER NOT NULL REFERENCES organisations(id) ON DELETE CASCADE,
    -- On a headset's own login: the person signed in on it.
    person_id       INTEGER REFERENCES persons(id) ON DELETE CASCADE,
    device_id       INTEGER REFERENCES devices(id),
    token_hash      BLOB NOT NULL UNIQUE,
    proof           TEXT NOT NULL CHECK (proof IN ('pin', 'password', 'totp', 'device')),
    user_agent      TEXT NOT NULL DEFAULT '',
    created_ms      INTEGER NOT NULL,
    expires_ms      INTEGER NOT NULL,
    used            INTEGER NOT NULL DEFAULT 0,        -- a headset's own: it has used its token
    bound_from      TEXT NOT NULL DEFAULT ''           -- a headset's own: the address it was last paired or bound from
) STRICT;
CREATE INDEX logins_by_person ON logins(person_id);
CREATE INDEX logins_by_device ON logins(device_id);
-- A headset has one login of its own, which names the person signed in on it.
CREATE UNIQUE INDEX logins_own_of_device ON logins(device_id) WHERE proof = 'device';

-- Wrong tries at signing in, see people/signing_in/guesses.h. `subject` is 'name/<hash>' for a name that was
-- tried, whether or not anybody has it; 'box/strangers' or 'box/headsets'; or 'setup'.
CREATE TABLE guesses (
    subject   TEXT PRIMARY KEY,
    wrong     INTEGER NOT NULL,                        -- tries since a teacher last opened its lane
    last_ms   INTEGER NOT NULL,                        -- the newest wrong try
    full_ms   INTEGER NOT NULL,                        -- when all of its budget is there again
    opened_ms INTEGER NOT NULL DEFAULT 0               -- a teacher's tap
) STRICT, WITHOUT ROWID;

-- Browsers in which a person has signed in: their cookie has a token that names this one person.
CREATE TABLE known_browsers (
    token_hash      BLOB PRIMARY KEY,
    organisation_id INTEGER NOT NULL REFERENCES organisations(id) ON DELETE CASCADE,
    person_id       INTEGER NOT NULL REFERENCES persons(id) ON DELETE CASCADE,
    used_ms         INTEGER NOT NULL,                  -- the newest sign-in there
    wrong           INTEGER NOT NULL DEFAULT 0,        -- tries since then
    full_ms         INTEGER NOT NULL DEFAULT 0         -- when all of their budget is there again
) STRICT, WITHOUT ROWID;
CREATE INDEX known_browsers_by_person ON known_browsers(person_id);

-- Paired headsets that a person has worn.
CREATE TABLE known_headsets (
    person_id       INTEGER NOT NULL REFERENCES persons(id) ON DELETE CASCADE,
    device_id       INTEGER NOT NULL REFERENCES devices(id),
    organisation_id INTEGER NOT NULL REFERENCES organisations(id) ON DELETE CASCADE,
    used_ms         INTEGER NOT NULL,                  -- when they last signed in on it
    PRIMARY KEY (person_id, device_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX known_headsets_by_device ON known_headsets(device_id);

CREATE TABLE site_keys (
    id              INTEGER PRIMARY KEY,
    organisation_id INTEGER NOT NULL REFERENCES organisations(id) ON DELETE CASCADE,
    name            TEXT NOT NULL COLLATE NOCASE,
    key_hash        BLOB NOT NULL UNIQUE,
    client_panel    INTEGER NOT NULL DEFAULT 0,        -- made with --client: a panel of the training dialect
    created_ms      INTEGER NOT NULL,
    UNIQUE (organisation_id, name)
) STRICT;

-- ============================================================ audit

-- Append-only. `hash` chains each row to the one before it, with the audit key; ids only, no names.
CREATE TABLE audit_log (
    id              INTEGER PRIMARY KEY,
    at_ms           INTEGER NOT NULL,
    organisation_id INTEGER,
    person_id       INTEGER,
    device_id       INTEGER,
    site_key_id     INTEGER,
    -- "POST /v1/rooms", "MESSAGE session.start", "command line: person add"
    action          TEXT NOT NULL,
    path            TEXT NOT NULL DEFAULT '',          -- as called, secrets redacted
    target          TEXT NOT NULL DEFAULT '',          -- JSON of ids
    status          INTEGER NOT NULL,
    success         INTEGER NOT NULL,
    error           TEXT NOT NULL DEFAULT '',
    times           INTEGER NOT NULL DEFAULT 1,        -- more than one: calls summed up in one row
    hash            BLOB NOT NULL
) STRICT;
CREATE INDEX audit_log_by_organisation ON audit_log(organisation_id, id);

-- Where the chain starts once old rows have been removed: the last removed row.
CREATE TABLE audit_anchor (
    one    INTEGER PRIMARY KEY CHECK (one = 1),
    row_id INTEGER NOT NULL,
    hash   BLOB NOT NULL,
    mac    BLOB NOT NULL DEFAULT x''                   -- by the audit key
) STRICT;

-- Up to which row hashes are plain, from before there was an audit key, or not looked at. See audit/chain.h.
CREATE TABLE audit_seal (
    one          INTEGER PRIMARY KEY CHECK (one = 1),
    plain_to     INTEGER NOT NULL,
    unchecked_to INTEGER NOT NULL,
    hash         BLOB NOT NULL,                        -- of the last row that is not keyed
    mac          BLOB NOT NULL                         -- by the audit key
) STRICT;

-- ============================================================ devices

CREATE TABLE devices (
    id              INTEGER PRIMARY KEY,
    organisation_id INTEGER NOT NULL REFERENCES organisations(id) ON DELETE CASCADE,
    serial_number   TEXT NOT NULL COLLATE NOCASE,
    name            TEXT NOT NULL,                     -- what people call it: "DPVR-07"
    model           TEXT NOT NULL DEFAULT '',
    paired          INTEGER NOT NULL DEFAULT 1,        -- 0: unpaired; kept for its runs
    paired_ms       INTEGER,
    battery         INTEGER,                           -- percent
    charging        INTEGER,
    storage_free    INTEGER,                           -- bytes
    app             TEXT NOT NULL DEFAULT '',          -- what it runs
    app_version     TEXT NOT NULL DEFAULT '',
    group_name      TEXT NOT NULL DEFAULT '' COLLATE NOCASE, -- "Trolley A": headsets that get orders together
    last_seen_ms    INTEGER,
    created_ms      INTEGER NOT NULL,
    UNIQUE (organisation_id, serial_number)
) STRICT;
CREATE INDEX devices_by_organisation ON devices(organisation_id, name);
-- Unique on the whole box: a headset is in one place. A row whose headset moved on stays behind, unpaired,
-- with its runs.
CREATE UNIQUE INDEX devices_paired ON devices(serial_number) WHERE paired = 1;

-- 6 digits, shown padded. A code works once and lives ten minutes. Codes are unique among those that live:
-- expired ones are deleted first.
CREATE TABLE pairing_codes (
    code            INTEGER PRIMARY KEY CHECK (code BETWEEN 0 AND 999999),
    organisation_id INTEGER NOT NULL REFERENCES organisations(id) ON DELETE CASCADE,
    created_by      INTEGER REFERENCES persons(id),
    created_ms      INTEGER NOT NULL,
    expires_ms      INTEGER NOT NULL,
    admitted        TEXT COLLATE NOCASE                -- a tap has given it to the headset of this serial number
) STRICT;
CREATE INDEX pairing_codes_by_expiry ON pairing_codes(expires_ms);
CREATE INDEX pairing_codes_by_organisation ON pairing_codes(organisation_id);

-- A headset that waits for one tap: somebody signed in on it by nickname + PIN while pairing was not open, or its
-- serial number is paired already, or it had a code while codes were being guessed.
CREATE TABLE pairing_requests (
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
CREATE INDEX pairing_requests_by_organisation ON pairing_requests(organisation_id, address);

-- How long pairing by sign-in stays open.
CREATE TABLE pairing_windows (
    organisation_id INTEGER PRIMARY KEY REFERENCES organisations(id) ON DELETE CASCADE,
    opened_by       INTEGER REFERENCES persons(id),
    open_until_ms   INTEGER NOT NULL
) STRICT;

-- Headsets that are controlled from outside, without an app of ours, by the serial number that they say: taken in by a
-- teacher. The headset itself is in `devices`.
CREATE TABLE remote_controlled (
    serial_number   TEXT PRIMARY KEY,
    organisation_id INTEGER NOT NULL REFERENCES organisations(id) ON DELETE CASCADE,
    taken_in_ms     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- ============================================================ rooms

CREATE TABLE rooms (
    id              INTEGER PRIMARY KEY,
    organisation_id INTEGER NOT NULL REFERENCES organisations(id) ON DELETE CASCADE,
    name            TEXT NOT NULL COLLATE NOCASE,
    rows            INTEGER NOT NULL,
    places          INTEGER NOT NULL,
    created_ms      INTEGER NOT NULL,
    UNIQUE (organisation_id, name)
) STRICT;

CREATE TABLE seat_types (
    id      INTEGER PRIMARY KEY,
    room_id INTEGER NOT NULL REFERENCES rooms(id) ON DELETE CASCADE,
    name    TEXT NOT NULL,
    UNIQUE (room_id, name)
) STRICT;

-- Geometry in pixels from 0,0; a seat of a grid room is 30 x 30 with a pitch of 40 (the seats dialect's page
-- expects it). `status` is what staff set; whether a seat is occupied follows from its headset or student.
CREATE TABLE seats (
    id           INTEGER PRIMARY KEY,
    room_id      INTEGER NOT NULL REFERENCES rooms(id) ON DELETE CASCADE,
    row          INTEGER NOT NULL,
    place        INTEGER NOT NULL,
    x            INTEGER NOT NULL,
    y            INTEGER NOT NULL,
    width        INTEGER NOT NULL DEFAULT 30,
    height       INTEGER NOT NULL DEFAULT 30,
    rotation     INTEGER NOT NULL DEFAULT 0,           -- degrees
    seat_type_id INTEGER NOT NULL REFERENCES seat_types(id),
    status       TEXT NOT NULL DEFAULT 'vacant' CHECK (status IN ('vacant', 'occupied', 'maintenance')),
    device_id    INTEGER UNIQUE REFERENCES devices(id),
    person_id    INTEGER REFERENCES persons(id),
    updated_ms   INTEGER NOT NULL,
    UNIQUE (room_id, row, place)
) STRICT;
CREATE INDEX seats_by_person ON seats(person_id);
CREATE INDEX seats_by_type ON seats(seat_type_id);

-- Where the members of a class usually sit, and on which headsets: applied when a session of that class
-- starts in that room.
CREATE TABLE class_seats (
    class_id  INTEGER NOT NULL REFERENCES classes(id),
    seat_id   INTEGER NOT NULL REFERENCES seats(id) ON DELETE CASCADE,
    device_id INTEGER REFERENCES devices(id),
    person_id INTEGER REFERENCES persons(id),
    PRIMARY KEY (class_id, seat_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX class_seats_by_seat ON class_seats(seat_id);
CREATE INDEX class_seats_by_device ON class_seats(device_id);
CREATE INDEX class_seats_by_person ON class_seats(person_id);

-- ============================================================ scenarios

-- The scenarios to train. The editable part is the content of a version; a change makes the next version, and
-- runs keep theirs. The columns that lists and filters need repeat what the newest version says.
CREATE TABLE scenarios (
    id                INTEGER PRIMARY KEY,
    public_id         TEXT NOT NULL,                   -- a UUID; the same wherever the scenario was imported
    organisation_id   INTEGER NOT NULL REFERENCES organisations(id) ON DELETE CASCADE,
    version           INTEGER NOT NULL,                -- the newest: 1, 2, 3
    title             TEXT NOT NULL COLLATE NOCASE,
    difficulty        TEXT NOT NULL CHECK (difficulty IN ('starter', 'intermediate', 'advanced')),
    active            INTEGER NOT NULL DEFAULT 1,
    archived          INTEGER NOT NULL DEFAULT 0,      -- hidden from lists; kept for its runs
    created_ms        INTEGER NOT NULL,
    changed_ms        INTEGER NOT NULL,
    UNIQUE (organisation_id, public_id)
) STRICT;
-- Of the scenarios that can be chosen no two have the same title.
CREATE UNIQUE INDEX scenarios_by_title ON scenarios(organisation_id, title) WHERE archived = 0;

-- `content` is JSON, as scenarios/content.h writes it: persona, knowledge base, metrics, checklist,
-- assessment and so on.
CREATE TABLE scenario_versions (
    scenario_id INTEGER NOT NULL REFERENCES scenarios(id) ON DELETE CASCADE,
    version     INTEGER NOT NULL,
    content     TEXT NOT NULL,
    created_by  INTEGER REFERENCES persons(id),
    created_ms  INTEGER NOT NULL,
    PRIMARY KEY (scenario_id, version)
) STRICT, WITHOUT ROWID;

-- The scenarios that must be completed first, by the newest version.
CREATE TABLE scenario_prerequisites (
    scenario_id INTEGER NOT NULL REFERENCES scenarios(id) ON DELETE CASCADE,
    required_id INTEGER NOT NULL REFERENCES scenarios(id) ON DELETE CASCADE,
    PRIMARY KEY (scenario_id, required_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX scenario_prerequisites_by_required ON scenario_prerequisites(required_id);

-- ============================================================ courses

-- A file of the box, in the folder "content", under a generated name. It never changes.
CREATE TABLE contents (
    id              INTEGER PRIMARY KEY,
    organisation_id INTEGER NOT NULL REFERENCES organisations(id) ON DELETE CASCADE,
    title           TEXT NOT NULL,
    kind            TEXT NOT NULL CHECK (kind IN ('app', 'video', 'image')),
    media_type      TEXT NOT NULL,
    file_name       TEXT NOT NULL UNIQUE,
    sha256          TEXT NOT NULL,                     -- in hexadecimal
    size            INTEGER NOT NULL,
    -- Removed: its file goes a week later, unless a lesson uses it.
    archived_ms     INTEGER,
    created_by      INTEGER REFERENCES persons(id),
    created_ms      INTEGER NOT NULL
) STRICT;
CREATE INDEX contents_by_organisation ON contents(organisation_id, id);

-- Unfinished uploads. The size of the file tells how much has arrived; it keeps its name when it becomes
-- content.
CREATE TABLE uploads (
    id              INTEGER PRIMARY KEY,
    organisation_id INTEGER NOT NULL REFERENCES organisations(id) ON DELETE CASCADE,
    title           TEXT NOT NULL,
    file_name       TEXT NOT NULL UNIQUE,
    sha256          TEXT,                              -- as the sender announced it
    length          INTEGER NOT NULL,
    created_by      INTEGER REFERENCES persons(id),
    touched_ms      INTEGER NOT NULL,                  -- forgotten a day after that
    content_id      INTEGER REFERENCES contents(id) ON DELETE CASCADE
) STRICT;
CREATE INDEX uploads_by_organisation ON uploads(organisation_id);
CREATE INDEX uploads_by_content ON uploads(content_id);

CREATE TABLE content_quotas (
    organisation_id INTEGER PRIMARY KEY REFERENCES organisations(id) ON DELETE CASCADE,
    quota_bytes     INTEGER NOT NULL
) STRICT;

CREATE TABLE lessons (
    id              INTEGER PRIMARY KEY,
    organisation_id INTEGER NOT NULL REFERENCES organisations(id) ON DELETE CASCADE,
    title           TEXT NOT NULL,
    kind            TEXT NOT NULL CHECK (kind IN ('app', 'video', 'web', 'scenario')),
    -- What to play: an address, a package, or a name that the headset knows.
    content         TEXT NOT NULL DEFAULT '',
    duration_ms     INTEGER,                           -- null: it ends when it is stopped
    scenario_id     INTEGER REFERENCES scenarios(id), -- for kind scenario
    content_id      INTEGER REFERENCES contents(id) ON DELETE SET NULL,
    archived        INTEGER NOT NULL DEFAULT 0,
    created_ms      INTEGER NOT NULL
) STRICT;
CREATE INDEX lessons_by_organisation ON lessons(organisation_id, id);
CREATE INDEX lessons_by_scenario ON lessons(scenario_id) WHERE scenario_id IS NOT NULL;
CREATE INDEX lessons_by_content ON lessons(content_id);

-- A course has modules, a module has lessons, each in order from 0. A lesson may be in several modules.
CREATE TABLE courses (
    id              INTEGER PRIMARY KEY,
    organisation_id INTEGER NOT NULL REFERENCES organisations(id) ON DELETE CASCADE,
    title           TEXT NOT NULL,
    description     TEXT NOT NULL DEFAULT '',
    archived_ms     INTEGER,
    created_ms      INTEGER NOT NULL
) STRICT;
CREATE INDEX courses_by_organisation ON courses(organisation_id, id);

CREATE TABLE modules (
    id        INTEGER PRIMARY KEY,
    course_id INTEGER NOT NULL REFERENCES courses(id) ON DELETE CASCADE,
    position  INTEGER NOT NULL,
    title     TEXT NOT NULL,
    UNIQUE (course_id, position)
) STRICT;

CREATE TABLE module_lessons (
    module_id INTEGER NOT NULL REFERENCES modules(id) ON DELETE CASCADE,
    position  INTEGER NOT NULL,
    lesson_id INTEGER NOT NULL REFERENCES lessons(id) ON DELETE CASCADE,
    PRIMARY KEY (module_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX module_lessons_by_lesson ON module_lessons(lesson_id);

-- ============================================================ timetable

-- The timetable of a class: an entry is a weekly slot in local time, or a single date as an instant.
CREATE TABLE timetable (
    id            INTEGER PRIMARY KEY,
    class_id      INTEGER NOT NULL REFERENCES classes(id),
    title         TEXT NOT NULL DEFAULT '',
    room_id       INTEGER REFERENCES rooms(id),
    course_id     INTEGER REFERENCES courses(id),
    lesson_id     INTEGER REFERENCES lessons(id),
    weekday       INTEGER,                             -- 1 is Monday
    starts_minute INTEGER,                             -- of the local day
    ends_minute   INTEGER,
    first_day     INTEGER,                             -- days since 1970; null: always
    last_day      INTEGER,
    starts_ms     INTEGER,
    ends_ms       INTEGER,
    CHECK ((weekday IS NULL) <> (starts_ms IS NULL))
) STRICT;
CREATE INDEX timetable_by_class ON timetable(class_id);
CREATE INDEX timetable_by_room ON timetable(room_id);
CREATE INDEX timetable_by_course ON timetable(course_id);
CREATE INDEX timetable_by_lesson ON timetable(lesson_id);

-- ============================================================ sessions

-- The position of a running session follows from (position_ms at position_at_ms), so it survives a restart of
-- the server.
CREATE TABLE sessions (
    id              INTEGER PRIMARY KEY,
    organisation_id INTEGER NOT NULL REFERENCES organisations(id) ON DELETE CASCADE,
    title           TEXT NOT NULL,
    teacher_id      INTEGER NOT NULL REFERENCES persons(id),
    class_id        INTEGER REFERENCES classes(id),
    room_id         INTEGER REFERENCES rooms(id),
    state           TEXT NOT NULL DEFAULT 'created' CHECK (state IN ('created', 'running', 'paused', 'stopped')),
    lesson_index    INTEGER NOT NULL DEFAULT 0,        -- into session_lessons, by position
    position_ms     INTEGER NOT NULL DEFAULT 0,
    position_at_ms  INTEGER NOT NULL DEFAULT 0,
    display_device_id INTEGER REFERENCES devices(id), -- whose view the projector shows
    created_ms      INTEGER NOT NULL,
    started_ms      INTEGER,
    stopped_ms      INTEGER
) STRICT;
CREATE INDEX sessions_by_organisation ON sessions(organisation_id, id);
CREATE INDEX sessions_live ON sessions(state) WHERE state IN ('running', 'paused');

CREATE TABLE session_lessons (
    id          INTEGER PRIMARY KEY,
    session_id  INTEGER NOT NULL REFERENCES sessions(id) ON DELETE CASCADE,
    position    INTEGER NOT NULL,                      -- 0, 1, 2: the queue
    lesson_id   INTEGER NOT NULL REFERENCES lessons(id),
    -- The lesson as it was taught, whatever becomes of it later; null until the session starts.
    title       TEXT,
    kind        TEXT,
    content     TEXT,
    duration_ms INTEGER,
    UNIQUE (session_id, position)
) STRICT;

-- The headsets that take part: those of the room, those whose student is in the class, and those that joined
-- by id.
CREATE TABLE session_devices (
    session_id INTEGER NOT NULL REFERENCES sessions(id) ON DELETE CASCADE,
    device_id  INTEGER NOT NULL REFERENCES devices(id),
    joined_ms  INTEGER NOT NULL,
    PRIMARY KEY (session_id, device_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX session_devices_by_device ON session_devices(device_id);

CREATE TABLE commands (
    id              INTEGER PRIMARY KEY,
    organisation_id INTEGER NOT NULL REFERENCES organisations(id) ON DELETE CASCADE,
    session_id      INTEGER REFERENCES sessions(id) ON DELETE CASCADE,
    -- Per session, from 1: a headset obeys only a newer one.
    number          INTEGER NOT NULL,
    action          TEXT NOT NULL,
    arguments       TEXT NOT NULL DEFAULT '{}',        -- JSON
    target          TEXT NOT NULL DEFAULT '{"kind":"all"}', -- JSON: the intended receivers
    lesson_index    INTEGER,
    position_ms     INTEGER,
    at_ms           INTEGER NOT NULL,                  -- when it takes effect
    created_by      INTEGER REFERENCES persons(id),
    created_ms      INTEGER NOT NULL,
    expires_ms      INTEGER NOT NULL,
    UNIQUE (session_id, number)
) STRICT;

CREATE TABLE command_answers (
    command_id INTEGER NOT NULL REFERENCES commands(id) ON DELETE CASCADE,
    device_id  INTEGER NOT NULL REFERENCES devices(id),
    state      TEXT NOT NULL CHECK (state IN ('sent', 'received', 'running', 'done', 'failed', 'expired')),
    skew_ms    REAL,                                   -- how late it took effect, as the headset measured it
    error      TEXT NOT NULL DEFAULT '',
    at_ms      INTEGER NOT NULL,
    PRIMARY KEY (command_id, device_id)
) STRICT, WITHOUT ROWID;

-- A raised hand, or somebody who feels unwell: one row per headset, gone when the teacher or the student
-- takes it back.
CREATE TABLE hands (
    device_id       INTEGER PRIMARY KEY REFERENCES devices(id),
    organisation_id INTEGER NOT NULL REFERENCES organisations(id) ON DELETE CASCADE,
    session_id      INTEGER REFERENCES sessions(id) ON DELETE SET NULL,
    person_id       INTEGER REFERENCES persons(id),
    raised_ms       INTEGER,                           -- null: the hand is down
    question        TEXT NOT NULL DEFAULT '',
    unwell_ms       INTEGER                            -- null: well
) STRICT;
CREATE INDEX hands_by_session ON hands(session_id);

-- Which of the box's content headsets have, and how far they are with fetching it. Known by its SHA-256: a
-- file is the same file wherever it came from.
CREATE TABLE device_contents (
    device_id       INTEGER NOT NULL REFERENCES devices(id),
    organisation_id INTEGER NOT NULL REFERENCES organisations(id) ON DELETE CASCADE,
    sha256          TEXT NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('wanted', 'fetching', 'whole', 'failed')),
    received_bytes  INTEGER NOT NULL DEFAULT 0,
    error           TEXT NOT NULL DEFAULT '',
    updated_ms      INTEGER NOT NULL,
    PRIMARY KEY (device_id, sha256)
) STRICT, WITHOUT ROWID;

-- ============================================================ runs

-- One student doing one lesson on one headset. Person, lesson and session may each be unknown at first.
CREATE TABLE runs (
    id                   INTEGER PRIMARY KEY,
    -- A UUID, or what the unreal dialect's headset calls it.
    public_id            TEXT NOT NULL,
    organisation_id      INTEGER NOT NULL REFERENCES organisations(id) ON DELETE CASCADE,
    session_id           INTEGER REFERENCES sessions(id),
    lesson_id            INTEGER REFERENCES lessons(id),
    scenario_id          INTEGER REFERENCES scenarios(id),
    scenario_version     INTEGER,                      -- the scenario's version
    device_id            INTEGER REFERENCES devices(id),
    seat_id              INTEGER REFERENCES seats(id),
    person_id            INTEGER REFERENCES persons(id),
    state                TEXT NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'finished')),
    origin               TEXT NOT NULL DEFAULT 'session', -- 'session', 'events' (opened by them), a dialect
    started_ms           INTEGER NOT NULL,
    ended_ms             INTEGER,
    time_in_lesson_ms    INTEGER NOT NULL DEFAULT 0,   -- complete up to counting_from_ms
    counting_from_ms     INTEGER,                      -- set while the lesson plays on a present headset
    progress             REAL NOT NULL DEFAULT 0,      -- 0 to 1
    completed            INTEGER NOT NULL DEFAULT 0,
    score                REAL,
    data                 TEXT NOT NULL DEFAULT '{}',   -- JSON: progress_data, additional info
    -- Assigned to its headset, which has not fetched it yet: it takes no events.
    waiting              INTEGER NOT NULL DEFAULT 0,
    UNIQUE (organisation_id, public_id)
) STRICT;
-- With the organisation, which every query names: SQLite might otherwise go through all runs of the school.
CREATE INDEX runs_by_session ON runs(session_id, organisation_id);
CREATE INDEX runs_by_person ON runs(person_id, organisation_id);
CREATE INDEX runs_by_seat ON runs(seat_id, organisation_id);
CREATE INDEX runs_by_device ON runs(device_id, state);
CREATE INDEX runs_by_organisation ON runs(organisation_id, id);
CREATE INDEX runs_by_scenario ON runs(scenario_id, person_id) WHERE scenario_id IS NOT NULL;

-- The totals of a run's events, written in the transaction that stores the events, so that a report never
-- scans them.
CREATE TABLE run_rollups (
    run_id      INTEGER PRIMARY KEY REFERENCES runs(id) ON DELETE CASCADE,
    events      INTEGER NOT NULL,
    first_ms    INTEGER,                               -- by the times of the events
    last_ms     INTEGER,
    received_ms INTEGER NOT NULL,                      -- when the newest batch arrived
    reported    INTEGER,                               -- how many events the headset says it has recorded
    -- JSON: cell, count, cell, count, ... of the cells that have any, of 36 x 18, row by row; see
    -- runs/rollup.h
    gaze        TEXT NOT NULL,
    kinds       TEXT NOT NULL,                         -- JSON: events of each kind
    zones       TEXT NOT NULL,                         -- JSON: dwell in milliseconds
    targets     TEXT NOT NULL,                         -- JSON: dwell in milliseconds
    open_zones  TEXT NOT NULL                          -- JSON: zones entered and not left yet, since when
) STRICT;

-- The same totals for each five seconds of the lesson; see runs/slice.h.
CREATE TABLE run_slices (
    run_id       INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    slice        INTEGER NOT NULL,                     -- position in the lesson / 5000 ms
    events       INTEGER NOT NULL,
    looks        INTEGER NOT NULL,                     -- gazes with a direction
    interactions INTEGER NOT NULL,
    x            REAL NOT NULL,                        -- sum of the looks' directions: ahead, right, up
    y            REAL NOT NULL,
    z            REAL NOT NULL,
    cells        TEXT NOT NULL,                        -- JSON: cell, count, cell, count, ...
    targets      TEXT NOT NULL,                        -- JSON: looks that name a target
    PRIMARY KEY (run_id, slice)
) STRICT, WITHOUT ROWID;

-- Events, one row per batch: five times as fast as a row per event, in half the space (measured, see
-- docs/design.md). The view tracking_events shows them one by one. `events` is a JSON array of arrays: [kind,
-- at_ms - base_ms, yaw_deg, pitch_deg, zone, target, dwell_ms, position_ms, sent_ms, data]; an absent value
-- is null, and left out at the end.
CREATE TABLE event_batches (
    id          INTEGER PRIMARY KEY,
    run_id      INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    sender      INTEGER NOT NULL,                      -- the headset's number; minus the run's id for a site key
    batch_id    TEXT NOT NULL,                         -- chosen by the sender: sent twice, stored once
    received_ms INTEGER NOT NULL,
    base_ms     INTEGER NOT NULL,
    count       INTEGER NOT NULL,
    total       INTEGER NOT NULL,                      -- events of the run up to this batch, as answered
    events      TEXT NOT NULL,
    UNIQUE (sender, batch_id)
) STRICT;
CREATE INDEX event_batches_by_run ON event_batches(run_id, id);

-- A headset's number, by which its batches are known: its id, unless there is a row here. Two headsets that change
-- places exchange their rows in `devices` and keep their numbers.
CREATE TABLE sender_numbers (
    device_id       INTEGER PRIMARY KEY REFERENCES devices(id),
    organisation_id INTEGER NOT NULL REFERENCES organisations(id) ON DELETE CASCADE,
    number          INTEGER NOT NULL
) STRICT;

-- Which numbered batches of each headset are stored, of its newest boots. Its welcome tells it.
CREATE TABLE batch_numbers (
    sender          INTEGER NOT NULL,                  -- the headset's number
    boot_id         TEXT NOT NULL,                     -- names one start of the headset
    organisation_id INTEGER NOT NULL REFERENCES organisations(id) ON DELETE CASCADE,
    up_to           INTEGER NOT NULL,                  -- every number up to this one
    beyond          TEXT NOT NULL,                     -- JSON: numbers beyond it, ascending
    received_ms     INTEGER NOT NULL,                  -- the newest of them
    PRIMARY KEY (sender, boot_id)
) STRICT, WITHOUT ROWID;

-- Headsets that a run was on earlier: their late batches are still taken.
CREATE TABLE former_senders (
    run_id INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    PRIMARY KEY (run_id, number)
) STRICT, WITHOUT ROWID;

-- For the sqlite3 shell and for reports of one's own: events as rows, under the unreal dialect's names.
CREATE VIEW tracking_events AS
SELECT r.organisation_id, b.run_id, r.public_id AS session_id, b.batch_id, e.key AS number,
       json_extract(e.value, '$[0]') AS event_type,
       strftime('%Y-%m-%dT%H:%M:%fZ', (b.base_ms + json_extract(e.value, '$[1]')) / 1000.0, 'unixepoch') AS timestamp,
       b.base_ms + json_extract(e.value, '$[1]') AS at_ms,
       json_extract(e.value, '$[8]') AS sent_ms,
       json_extract(e.value, '$[7]') AS position_ms,
       json_extract(e.value, '$[4]') AS zone_name,
       json_extract(e.value, '$[9].object_name') AS object_name,
       json_extract(e.value, '$[9].position') AS position,
       coalesce(json_extract(e.value, '$[9].rotation'),
                CASE WHEN json_extract(e.value, '$[2]') IS NOT NULL
                     THEN json_object('pitch', json_extract(e.value, '$[3]'), 'yaw', json_extract(e.value, '$[2]'))
                END) AS rotation,
       json_extract(e.value, '$[2]') AS yaw_deg,
       json_extract(e.value, '$[3]') AS pitch_deg,
       json_extract(e.value, '$[5]') AS gaze_target,
       json_extract(e.value, '$[6]') AS dwell_time_ms,
       json_extract(e.value, '$[9].interaction_type') AS interaction_type,
       json_extract(e.value, '$[9].metadata') AS metadata,
       json_extract(e.value, '$[9]') AS data
FROM event_batches b JOIN runs r ON r.id = b.run_id, json_each(b.events) e;

CREATE VIEW vr_sessions AS
SELECT r.organisation_id, r.id AS run_id, r.public_id AS session_id,
       strftime('%Y-%m-%dT%H:%M:%fZ', r.started_ms / 1000.0, 'unixepoch') AS started_at,
       strftime('%Y-%m-%dT%H:%M:%fZ', r.ended_ms / 1000.0, 'unixepoch') AS ended_at,
       (r.ended_ms - r.started_ms) / 1000.0 AS duration_seconds,
       CASE r.state WHEN 'running' THEN 'active' ELSE 'completed' END AS status,
       coalesce(json_extract(r.data, '$.customer_id'), p.nickname) AS customer_id,
       json_extract(r.data, '$.property_id') AS property_id
FROM runs r LEFT JOIN persons p ON p.id = r.person_id;

-- ============================================================ trainings

-- A run of a scenario: how far it is, its result, and how that was scored. A headset has at most one that is
-- neither recorded nor cancelled. `lines` explains the score, criterion by criterion
-- (scenarios/assessment.h). A score given by a teacher is kept beside the computed one, and takes precedence.
CREATE TABLE trainings (
    run_id          INTEGER PRIMARY KEY REFERENCES runs(id),
    phase           TEXT NOT NULL CHECK (phase IN ('assigned', 'fetched', 'running', 'recorded', 'cancelled')),
    assigned_by     INTEGER REFERENCES persons(id),
    assigned_ms     INTEGER NOT NULL,
    fetched_ms      INTEGER,
    running_ms      INTEGER,
    recorded_ms     INTEGER,
    metrics         TEXT NOT NULL DEFAULT '{}',        -- JSON, as recorded
    -- JSON, as recorded; what a teacher ticks is in training_ticks.
    checklist       TEXT NOT NULL DEFAULT '{}',
    additional_info TEXT NOT NULL DEFAULT 'null',      -- JSON, as recorded
    resolution      TEXT NOT NULL DEFAULT '',          -- trainer dialect: how the student says it was solved
    escalated       INTEGER NOT NULL DEFAULT 0,
    reckoned_score  REAL,
    passed          INTEGER NOT NULL DEFAULT 0,
    lines           TEXT NOT NULL DEFAULT '[]',        -- JSON
    given_score     REAL,
    given_reason    TEXT NOT NULL DEFAULT '',
    given_by        INTEGER REFERENCES persons(id),
    given_ms        INTEGER
) STRICT;
CREATE INDEX trainings_waiting ON trainings(phase) WHERE phase IN ('assigned', 'fetched', 'running');

-- Checklist items that a teacher ticked by hand; a tick overrides what the headset says.
CREATE TABLE training_ticks (
    run_id    INTEGER NOT NULL REFERENCES trainings(run_id) ON DELETE CASCADE,
    item      TEXT NOT NULL,
    done      INTEGER NOT NULL,
    person_id INTEGER REFERENCES persons(id),
    at_ms     INTEGER NOT NULL,
    PRIMARY KEY (run_id, item)
) STRICT, WITHOUT ROWID;

-- Training dialect: the code that linked a headset; used up, but its headset goes on showing it.
CREATE TABLE training_codes (
    device_id INTEGER PRIMARY KEY REFERENCES devices(id),
    code      INTEGER NOT NULL
) STRICT;

CREATE TABLE training_notes (
    id        INTEGER PRIMARY KEY,
    run_id    INTEGER NOT NULL REFERENCES trainings(run_id) ON DELETE CASCADE,
    person_id INTEGER REFERENCES persons(id),
    at_ms     INTEGER NOT NULL,
    text      TEXT NOT NULL,
    picture   BLOB                                     -- JPEG: what the headset saw
) STRICT;
CREATE INDEX training_notes_by_run ON training_notes(run_id, id);

-- ============================================================ chat

-- The messages of a run: by the student, by the scenario's persona, or by a teacher who stepped in.
CREATE TABLE chat_messages (
    id        INTEGER PRIMARY KEY,
    run_id    INTEGER NOT NULL REFERENCES runs(id),
    role      TEXT NOT NULL CHECK (role IN ('student', 'persona', 'teacher')),
    person_id INTEGER REFERENCES persons(id), -- who wrote it, where known
    kind      TEXT NOT NULL DEFAULT 'text',            -- the trainer dialect's type
    text      TEXT NOT NULL,
    -- Of the persona's: who answered.
    origin    TEXT NOT NULL DEFAULT '' CHECK (origin IN ('', 'endpoint', 'embedded')),
    entry     INTEGER,                                 -- embedded persona: the knowledge entry it told
    at_ms     INTEGER NOT NULL
) STRICT;
CREATE INDEX chat_messages_by_run ON chat_messages(run_id, id);
CREATE INDEX chat_messages_by_person ON chat_messages(person_id) WHERE person_id IS NOT NULL;

-- The full-text index of the scenarios' knowledge bases. `scope` is one word that stands for the content of a
-- knowledge base, a hash of it, and `number` is the entry's place in it.
CREATE VIRTUAL TABLE knowledge_search USING fts5(scope, number UNINDEXED, title, keywords, content,
    tokenize = 'porter unicode61 remove_diacritics 2');

-- ============================================================ progress

-- The experience that a run earned its student: given exactly once, even when the run is sent again.
CREATE TABLE experience (
    run_id          INTEGER PRIMARY KEY REFERENCES runs(id),
    organisation_id INTEGER NOT NULL REFERENCES organisations(id) ON DELETE CASCADE,
    person_id       INTEGER NOT NULL REFERENCES persons(id),
    xp              INTEGER NOT NULL CHECK (xp >= 0),
    at_ms           INTEGER NOT NULL
) STRICT;
CREATE INDEX experience_by_organisation ON experience(organisation_id, person_id, xp);
CREATE INDEX experience_by_person ON experience(person_id, at_ms);

-- The achievements and their rules are in progress/achievement.cpp.
CREATE TABLE achievements (
    person_id   INTEGER NOT NULL REFERENCES persons(id),
    achievement TEXT NOT NULL,
    run_id      INTEGER REFERENCES runs(id),           -- the run that reached it
    at_ms       INTEGER NOT NULL,
    PRIMARY KEY (person_id, achievement)
) STRICT, WITHOUT ROWID;
CREATE INDEX achievements_by_run ON achievements(run_id) WHERE run_id IS NOT NULL;

-- A teacher saw somebody help another.
CREATE TABLE helping (
    id        INTEGER PRIMARY KEY,
    person_id INTEGER NOT NULL REFERENCES persons(id),
    seen_by   INTEGER REFERENCES persons(id),
    at_ms     INTEGER NOT NULL
) STRICT;
CREATE INDEX helping_by_person ON helping(person_id);
