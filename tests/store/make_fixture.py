#!/usr/bin/env python3
"""Freezes the database of a busy box as SQL text, for tests/store/migrate_test.cpp.

tests/store/make_fixture.py LECTERN SCHEMA OUTPUT

LECTERN is the program, SCHEMA its schema.sql and OUTPUT tests/store/fixtures/NNNN.sql, where NNNN is the
version of that schema. The program itself makes the rows, called over its own interfaces: a demo school, a
simulated class, calls of every dialect. It names the tables that stayed empty.
"""
import base64
import hashlib
import hmac
import json
import os
import re
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request


class Box:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        self.process, self.address = None, None

    def run(self, *arguments, typed=""):
        done = subprocess.run([self.program, *arguments], input=typed, text=True, capture_output=True,
                              check=False)
        if done.returncode != 0:
            sys.exit(f"lectern {' '.join(arguments)}: {done.stderr}{done.stdout}")
        return done.stdout

    def start(self):
        command = [self.program, "serve", "--data", self.folder, "--listen", "127.0.0.1:0"]
        command += ["--demo", "--demo-session"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        for line in self.process.stdout:
            if found := re.search(r"http://(127\.0\.0\.1:\d+)", line):
                self.address = found[1]
                return
        sys.exit("the server did not start")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()

    def call(self, method, path, token=None, body=None, headers=None, raw=None):
        data = raw if raw is not None else None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://{self.address}{path}", data=data, method=method)
        if raw is None and data is not None:
            request.add_header("Content-Type", "application/json")
        if token:
            request.add_header("Authorization", "Bearer " + token)
        for name, value in (headers or {}).items():
            request.add_header(name, value)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                text, self.headers = answer.read(), answer.headers
        except urllib.error.HTTPError as error:
            sys.exit(f"{method} {path}: {error.code} {error.read().decode()}")
        try:
            return json.loads(text)
        except ValueError:
            return text

    def refused(self, method, path, body):
        data = json.dumps(body).encode()
        request = urllib.request.Request(f"http://{self.address}{path}", data, method=method)
        request.add_header("Content-Type", "application/json")
        try:
            urllib.request.urlopen(request, timeout=30)
        except urllib.error.HTTPError:
            return
        sys.exit(f"{method} {path} was not refused")


def ids(page):
    return [item["id"] for item in page["items"]]


class School:
    """The demo school, and who does what in it."""

    def __init__(self, box):
        self.box = box
        login = {"username": "demo", "password": "demo-demo"}
        self.admin = box.call("POST", "/v1/logins", body=login)["token"]
        self.teacher = box.call("POST", "/v1/logins", body={"nickname": "rossi", "pin": "2222"})["token"]
        self.classes = self.page("/v1/classes")
        self.rooms = self.page("/v1/rooms")
        self.lessons = self.page("/v1/lessons")
        self.scenarios = self.page("/v1/scenarios")
        self.students = self.page("/v1/people?role=student")

    def page(self, path):
        return ids(self.box.call("GET", path, self.admin))

    def as_admin(self, method, path, body=None):
        return self.box.call(method, path, self.admin, body)

    def as_teacher(self, method, path, body=None):
        return self.box.call(method, path, self.teacher, body)

    def pair(self, serial):
        code = self.as_teacher("POST", "/v1/pairing-codes", {})["code"]
        headset = {"code": code, "serial_number": serial, "model": "DPVR P1"}
        return self.box.call("POST", "/v1/pairings", body=headset)


def keep_people(school):
    box, admin = school.box, school.as_admin
    ann = {"nickname": "ann", "role": "student", "first_name": "Ann", "last_name": "Ende",
           "external_id": "x1", "email": "ann@school.example", "username": "ann.ende",
           "password": "Correct-horse-9", "class_id": school.classes[0]}
    admin("POST", "/v1/people", ann)
    admin("PATCH", "/v1/organisation", {"pick_names": True, "gaze_days": 90})
    admin("POST", f"/v1/classes/{school.classes[0]}/cards", {"only_missing": True})
    admin("POST", "/v1/classes", {"name": "7A"})
    gone = admin("POST", "/v1/classes", {"name": "Old class"})["id"]
    admin("DELETE", f"/v1/classes/{gone}")
    admin("POST", "/v1/invitations", {"role": "teacher", "name": "Ms New", "email": "new@school.example"})
    seats = {"role": "teacher", "name": "Seat", "email": "seat@school.example"}
    code = admin("POST", "/v1/invitations", seats)["code"]
    box.call("POST", "/api/user/auth_start", body={"username": "seatuser", "invitation": code})
    box.call("POST", "/api/v1/auth/forgot-password", body={"email": "ann@school.example"})
    for _ in range(3):
        box.refused("POST", "/v1/logins", {"nickname": "omar", "pin": "9999"})
    admin("POST", f"/v1/people/{school.students[3]}/helped")
    admin("POST", f"/v1/people/{school.students[-1]}/erase", {"runs": "anonymise"})
    roster = b"nickname,first_name,last_name,class\nzoe,Zoe,Last,6B\nzed,Zed,Last,6B\nann,Ann,Ende,6B\n"
    box.call("POST", "/v1/roster-imports", school.admin, headers={"Content-Type": "text/csv"}, raw=roster)
    admin("POST", "/v1/site-keys", {"name": "Unreal app"})
    admin("POST", "/v1/site-keys", {"name": "Panel", "client_panel": True})
    admin("PUT", "/v1/content-space", {"quota_bytes": 10_000_000_000})
    admin("PUT", "/v1/system/settings", {"audit_days": 400})
    totp(school)


def totp(school):
    """A second factor, confirmed, so that there are recovery codes."""
    proof = {"username": "second", "password": "Correct-horse-9"}
    school.as_admin("POST", "/v1/people", {"nickname": "second", "role": "administrator", **proof})
    login = school.box.call("POST", "/v1/logins", body=proof)["token"]
    offer = school.box.call("POST", "/v1/totp", login, {"password": "Correct-horse-9"})
    secret = re.search(r"secret=([A-Z2-7]+)", json.dumps(offer))[1]
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    at = digest[-1] & 15
    code = str((struct.unpack(">I", digest[at:at + 4])[0] & 0x7FFFFFFF) % 1_000_000).zfill(6)
    school.box.call("POST", "/v1/totp/confirm", login, {"code": code})


def keep_content(school):
    box, admin = school.box, school.as_admin
    video = os.urandom(2000)
    # The magic of an MP4, which the box looks at.
    video = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2" + video
    for name in ("reef", "forum"):
        upload(school, name, video + name.encode())
    upload(school, "half", video, part=1000)
    contents = ids(admin("GET", "/v1/content"))
    reef = {"title": "Reef on the box", "kind": "video", "content_id": contents[0], "duration_ms": 60000}
    lesson = admin("POST", "/v1/lessons", reef)
    course = admin("POST", "/v1/courses", {"title": "Biology", "description": "Life"})["id"]
    outline = {"modules": [{"title": "Water", "lesson_ids": school.lessons[:2]},
                           {"title": "Land", "lesson_ids": [lesson["id"]]}]}
    admin("PUT", f"/v1/courses/{course}/outline", outline)
    klass, room = school.classes[0], school.rooms[0]
    timetable = f"/v1/classes/{klass}/timetable"
    weekly = {"weekday": 1, "starts": "09:00", "ends": "09:45", "room_id": room, "course_id": course}
    admin("POST", timetable, weekly)
    admin("POST", timetable, {"starts_at": "2030-01-02T09:00:00Z", "ends_at": "2030-01-02T10:00:00Z",
                              "lesson_id": lesson["id"], "title": "Once"})
    return contents


def upload(school, title, data, part=None):
    """By the upload protocol: create, then the bytes."""
    named = ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in
                     (("filename", title + ".mp4"), ("title", title)))
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": str(len(data)), "Upload-Metadata": named}
    school.box.call("POST", "/v1/uploads", school.admin, headers=headers, raw=b"")
    place = re.sub(r"^https?://[^/]+", "", school.box.headers["Location"])
    headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0",
               "Content-Type": "application/offset+octet-stream"}
    school.box.call("PATCH", place, school.admin, headers=headers, raw=data[:part] if part else data)


def teach(school, contents):
    """Lessons that are on, one to come; headsets with a raised hand, and one that was replaced."""
    box, admin, teacher = school.box, school.as_admin, school.as_teacher
    klass, room = school.classes[0], school.rooms[0]
    first, second, third = (school.pair(f"FIX-{n}") for n in (1, 2, 3))
    teacher("POST", f"/v1/rooms/{room}/seating/{klass}/keep")
    box.call("POST", "/v1/headset/sign-in", first["token"], {"nickname": "ben", "pin": "1111"})
    small = {"title": "Small group", "lesson_ids": school.lessons[:2]}
    session = teacher("POST", "/v1/sessions", small)["id"]
    live(box, first["token"], [{"type": "session.join", "eid": 1, "data": {"session_id": session}}])
    path = f"/v1/sessions/{session}"
    teacher("POST", path + "/start", {})
    now_ms = int(time.time() * 1000)
    events = [{"kind": "gaze", "at_ms": now_ms + i * 100, "position_ms": i * 100, "yaw_deg": i,
               "pitch_deg": -i, "target": "fish"} for i in range(20)]
    box.call("POST", "/v1/events", first["token"], {"batch_id": "1", "events": events, "reported_total": 20})
    for order in ("pause", "resume"):
        teacher("POST", f"{path}/{order}", {})
    teacher("POST", path + "/commands", {"action": "message", "arguments": {"text": "Look up"}})
    live(box, first["token"], [{"type": "command.answer", "eid": 2, "data": {
        "session_id": session, "number": n, "state": "done", "skew_ms": 3.5}} for n in (1, 2, 3)])
    box.call("POST", "/v1/headset/hand", first["token"], {"question": "Why is it blue?"})
    box.call("POST", "/v1/headset/unwell", second["token"], {})
    teacher("POST", "/v1/content-fetches", {"content_ids": contents, "device_ids": [first["device"]["id"]]})
    teacher("PUT", path + "/display", {"device_id": first["device"]["id"]})
    box.call("POST", "/v1/events", second["token"], {"batch_id": "1", "events": events})
    teacher("POST", f"/v1/devices/{second['device']['id']}/replace", {"device_id": third["device"]["id"]})
    to_come = {"title": "To come", "lesson_ids": school.lessons[:1], "class_id": klass}
    teacher("POST", "/v1/sessions", to_come)
    admin("PUT", "/v1/pairing-window", {"open_for_s": 0})
    stranger = {"serial_number": "FIX-9", "nickname": "clara", "pin": "1111", "model": "DPVR P1"}
    box.call("POST", "/v1/pairings/sign-in", body=stranger)
    admin("PUT", "/v1/pairing-window", {"open_for_s": 300})
    admin("POST", "/v1/pairing-codes", {})
    admin("DELETE", f"/v1/devices/{school.pair('FIX-4')['device']['id']}")


def live(box, token, messages):
    """Says something on the live socket and waits for that many answers."""
    host, port = box.address.split(":")
    with socket.create_connection((host, int(port)), 10) as line:
        line.sendall((f"GET /v1/live HTTP/1.1\r\nHost: {box.address}\r\nAuthorization: Bearer {token}\r\n"
                      "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").encode())
        heard = b""
        while b"welcome" not in heard:
            heard += line.recv(65536)
        for message in messages:
            body = json.dumps(message).encode()
            size = bytes([0x80 | len(body)]) if len(body) < 126 else b"\xfe" + len(body).to_bytes(2, "big")
            line.sendall(b"\x81" + size + bytes(4) + body)
        while any(f'"eid":"{message["eid"]}"'.encode() not in heard for message in messages):
            piece = line.recv(65536)
            if not piece:
                sys.exit("the live socket was closed: " + repr(heard))
            heard += piece


def speak_dialects(school):
    box = school.box
    # Unreal: a session of its own, and one that its events open.
    headset = school.pair("FIX-UNREAL")["token"]
    unreal = "/api/v1/unreal"
    visit = {"customer_id": "ada", "property_id": "P-1"}
    started = box.call("POST", unreal + "/session/start", headset, visit)
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    event = {"event_type": "interaction", "timestamp": now, "zone_name": "Kitchen", "object_name": "Tap",
             "position": {"x": 1, "y": 2, "z": 3}, "rotation": {"pitch": 1, "yaw": 2, "roll": 0},
             "interaction_type": "touch", "metadata": {"force": 2}}
    for public_id in (started["session_id"], "never-started"):
        batch = {"session_id": public_id, "events": [event, event]}
        box.call("POST", unreal + "/tracking/batch", headset, batch)
    box.call("POST", unreal + "/session/end", headset, {"session_id": started["session_id"]})
    # Training: link, assign, fetch, record.
    client = box.call("POST", "/clients/login", body={"username": "demo", "password": "demo-demo"})
    code = box.call("GET", "/clients/add_device", client["token"])["connect_code"]
    linking = {"connect_code": code, "device_serial_number": "FIX-TRAIN"}
    linked = box.call("POST", "/devices/connect", body=linking)
    scenario = str(school.scenarios[0])
    assigned = {"device_id": linked["id"], "user_id": "anna", "scenario_id": scenario}
    box.call("POST", "/clients/start_session", client["token"], assigned)
    game = box.call("POST", "/devices/start_game", linked["token"], {"device_id": linked["id"]})
    box.call("POST", "/records/add", linked["token"], {
        "client_id": client["client_id"], "device_id": linked["id"],
        "record_id": game["record_id"], "scenario_id": game["scenario_id"],
        "results": {"metrics": {"time": 12}, "checklist": {"exit": True}, "additional_info": "calm"}})
    box.call("POST", "/clients/start_session", client["token"], assigned)
    run = ids(school.as_teacher("GET", "/v1/runs"))[0]
    school.as_teacher("POST", f"/v1/trainings/{run}/notes", {"text": "Well done"})
    item = school.as_admin("GET", f"/v1/scenarios/{school.scenarios[0]}")["checklist"][0]["key"]
    school.as_teacher("PUT", f"/v1/trainings/{run}/items/{item}", {"done": True})
    # Trainer: a learner's session with a conversation.
    proof = {"email": "ann@school.example", "password": "Correct-horse-9"}
    learner = box.call("POST", "/api/v1/auth/login", body=proof)["data"]["token"]
    profile = {"timezone": "Europe/Rome", "preferences": {"theme": "dark"}}
    box.call("PUT", "/api/v1/auth/profile", learner, profile)
    wanted = box.call("GET", "/api/v1/scenarios", learner)["data"]
    wanted = [one for one in wanted if not one["prerequisites"]][0]["id"]
    talk = box.call("POST", f"/api/v1/scenarios/{wanted}/start", learner)["data"]["id"]
    box.call("POST", f"/api/v1/sessions/{talk}/messages", learner, {"message": "Hello there", "type": "user"})
    resolution = {"resolution": "We left the building together."}
    box.call("POST", f"/api/v1/sessions/{talk}/resolve", learner, resolution)
    # LMS: a teacher's lesson.
    login = box.call("POST", "/api/login/", body={"nickname": "rossi", "pin": "2222"})["token"]
    words = {"Authorization": "Token " + login}
    made = box.call("POST", "/api/session/create/", body={"title": "From the LMS"}, headers=words)["id"]
    box.call("POST", "/api/session/addLesson/", headers=words,
             body={"session_id": made, "title": "Reef", "content": "reef.mp4"})
    box.call("POST", "/api/session/start/", body={"session_id": made}, headers=words)
    box.call("POST", "/api/session/stop/", body={"session_id": made}, headers=words)


def busy(box):
    box.start()
    people = os.path.join(box.folder, "demo-people.csv")
    simulate = [box.program, "simulate", "--headsets", "5", "--server", "http://" + box.address,
                "--seed", "1", "--code-from", box.folder, "--people", people, "--hands", "4",
                "--for", "4"]
    with subprocess.Popen(simulate, stdout=subprocess.DEVNULL) as simulated:
        school = School(box)
        keep_people(school)
        teach(school, keep_content(school))
        speak_dialects(school)
        second = {"name": "Other School", "seats": 5,
                  "administrator": {"username": "other", "password": "Correct-horse-9"}}
        box.call("POST", "/v1/organisations", school.admin, second)
        simulated.wait()
    time.sleep(2)  # for what follows the events lazily
    box.stop()


# --- the text ---

def literal(value):
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return f"x'{value.hex()}'"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return repr(value)


def in_order(database):
    """Tables, each after those that it refers to."""
    names = [name for name, in database.execute(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'virtual') "
        "AND name NOT LIKE 'sqlite_%' ORDER BY name")]
    wanted = {}
    for name in names:
        keys = database.execute(f"PRAGMA foreign_key_list({name})")
        wanted[name] = {row[2] for row in keys} - {name}
    ordered = []
    while wanted:
        ready = sorted(name for name, others in wanted.items() if not others & wanted.keys())
        ordered += ready
        for name in ready:
            del wanted[name]
    return ordered


# Rows that only a box of many months has, or one that was unplugged at the wrong moment.
RARE = """
    INSERT OR IGNORE INTO audit_anchor (one, row_id, hash) VALUES (1, 0, x'00');
    INSERT OR IGNORE INTO erasures (person_id, organisation_id, remove_runs, asked_ms)
        SELECT id, organisation_id, 1, erased_ms FROM persons WHERE erased_ms IS NOT NULL;
"""


def freeze(folder, schema, output):
    database = sqlite3.connect(f"{folder}/lectern.db")
    database.executescript(RARE)
    version = database.execute("PRAGMA user_version").fetchone()[0]
    empty = []
    with open(output, "w", encoding="utf-8") as out:
        out.write(f"-- A busy box with schema version {version}, frozen by tests/store/make_fixture.py.\n")
        with open(schema, encoding="utf-8") as text:
            out.writelines(line for line in text if line.strip() and not line.startswith("--"))
        for table in in_order(database):
            virtual = database.execute("SELECT sql LIKE 'CREATE VIRTUAL%' FROM sqlite_schema WHERE name = ?",
                                       (table,)).fetchone()[0]
            columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
            if virtual:
                columns.insert(0, "rowid")
            named = ", ".join(columns)
            rows = database.execute(f"SELECT {named} FROM {table}").fetchall()
            if not rows:
                empty.append(table)
            for row in rows:
                out.write(f"INSERT INTO {table} ({named}) VALUES ({', '.join(map(literal, row))});\n")
    size_kb = os.path.getsize(output) // 1000
    print(f"{output}: version {version}, {size_kb} kB; empty: {', '.join(empty) or 'none'}")


def main():
    program, schema, output = os.path.abspath(sys.argv[1]), sys.argv[2], sys.argv[3]
    with tempfile.TemporaryDirectory() as folder:
        box = Box(program, folder)
        try:
            busy(box)
        finally:
            if box.process and box.process.poll() is None:
                box.process.kill()
        freeze(folder, schema, output)


if __name__ == "__main__":
    main()
