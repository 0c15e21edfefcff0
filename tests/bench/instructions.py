#!/usr/bin/env python3
"""Counts the instructions that one request costs the server, on the paths that headsets and pages take most.

tests/bench/instructions.py LECTERN [--record] [--keep FOLDER] [PATH...]

LECTERN is an optimised build. Each path is asked over one connection, first until it is warm, then in three
rounds; callgrind counts what all threads of the server do meanwhile. The median of the rounds counts, less
what the server does by the clock anyway. It is a figure per request that repeats within 0.5 %, however busy
the machine is. instructions.json beside this file has a baseline for each compiler: more than 2 % above it
fails. --record writes it; --keep leaves callgrind's files, for callgrind_annotate. Exit status 77 where it
cannot count: no valgrind, or no baseline for this compiler.
"""
import argparse
import json
import os
import platform
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

BASELINE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "instructions.json")
ALLOWED = 1.02
ROUNDS = 3
IDLE_S = 4
LATER_S = 1.3  # what follows a request by the clock, up to 256 audit rows among it, has happened by then
CANNOT = 77


class Connection:
    """HTTP/1.1, kept alive: the requests are as small as a headset's."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), 60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.heard = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def more(self):
        piece = self.socket.recv(1 << 20)
        if not piece:
            sys.exit(f"the server closed the connection: {self.heard!r}")
        self.heard += piece

    def take(self, size):
        while len(self.heard) < size:
            self.more()
        taken, self.heard = self.heard[:size], self.heard[size:]
        return taken

    def head(self):
        while b"\r\n\r\n" not in self.heard:
            self.more()
        return self.take(self.heard.index(b"\r\n\r\n") + 4).decode()

    def ask(self, method, path, token="", body=b"", more=""):
        text = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{more}"
        if token:
            text += f"Authorization: Bearer {token}\r\n"
        if method != "GET":
            text += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        self.socket.sendall(text.encode() + b"\r\n" + body)
        head = self.head()
        length = [line for line in head.lower().split("\r\n") if line.startswith("content-length:")]
        answer = self.take(int(length[0].split(":")[1])) if length else b""
        if int(head[9:12]) >= 400:
            sys.exit(f"{method} {path}: {head}{answer.decode()}")
        return answer


class Live(Connection):
    """/v1/live, as a headset speaks it; its welcome has been heard."""

    def __init__(self, port, token):
        super().__init__(port)
        self.socket.sendall((f"GET /v1/live HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
                             "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").encode())
        assert " 101 " in self.head()
        self.wait_for('"type":"welcome"')

    def frame(self):
        first, size = self.take(2)
        if size == 126:
            size = int.from_bytes(self.take(2), "big")
        elif size == 127:
            size = int.from_bytes(self.take(8), "big")
        body = self.take(size)
        if first & 15 == 9:  # a ping
            self.send(body, 0x8A)
        return body.decode(errors="replace")

    def send(self, body, first=0x81):
        size = bytes([0x80 | len(body)]) if len(body) < 126 else b"\xfe" + len(body).to_bytes(2, "big")
        if len(body) >= 65536:
            size = b"\xff" + len(body).to_bytes(8, "big")
        self.socket.sendall(bytes([first]) + size + bytes(4) + body)

    def wait_for(self, mark):
        while mark not in (text := self.frame()):
            pass
        return text

    def say(self, kind, data):
        self.send(json.dumps({"type": kind, "eid": "1", "data": data}).encode())
        answer = self.wait_for('"eid":"1"')
        assert '"success"' in answer, answer


class School:
    """A small school, made without callgrind: its logins stay good when the server starts again."""

    def __init__(self, box):
        with Connection(box.port) as line:
            def call(method, path, token, body):
                return json.loads(line.ask(method, path, token, json.dumps(body).encode()))
            login = {"username": "bench", "password": "bench-bench"}
            self.admin = call("POST", "/v1/logins", "", login)["token"]
            self.headsets = []
            for number in range(10):
                code = call("POST", "/v1/pairing-codes", self.admin, {})["code"]
                pairing = {"code": code, "serial_number": f"COUNT-{number}"}
                self.headsets.append(call("POST", "/v1/pairings", "", pairing)["token"])
            for number in range(120):
                person = {"nickname": f"student{number:03}", "role": "student", "first_name": "First"}
                call("POST", "/v1/people", self.admin, person)
            lesson = {"title": "Reef", "kind": "video", "content": "reef.mp4", "duration_ms": 60_000_000}
            lesson_id = call("POST", "/v1/lessons", self.admin, lesson)["id"]
            made = {"title": "Counted", "lesson_ids": [lesson_id]}
            self.session = call("POST", "/v1/sessions", self.admin, made)["id"]
            call("POST", f"/v1/sessions/{self.session}/start", self.admin, {})


def batch_of_100(number):
    begin_ms = 1_800_000_000_000 + number * 10_000
    events = [{"kind": "gaze", "at_ms": begin_ms + i * 100, "position_ms": i * 100,
               "yaw_deg": i * 7 % 600 / 10, "pitch_deg": i * 3 % 200 / 10} for i in range(100)]
    return {"batch_id": f"count-{number:09}", "events": events}


# --- the paths. Each gives what makes one request, to be called with 0, 1, 2 ... ---

def small_get(school, line, _):
    return lambda _: line.ask("GET", "/v1/organisation", school.admin)


def unreal_event(school, line, _):
    def one(number):
        event = {"session_id": "counted", "event_type": "zone_enter", "timestamp": "2027-01-01T10:00:00.000Z",
                 "zone_name": f"Room {number % 10}", "position": {"x": 1.5, "y": 0.25, "z": number}}
        line.ask("POST", "/api/v1/unreal/tracking/event", school.headsets[1], json.dumps(event).encode())
    return one


def batch_over_http(school, line, _):
    def one(number):
        line.ask("POST", "/v1/events", school.headsets[2], json.dumps(batch_of_100(number)).encode())
    return one


def batch_over_socket(school, _, port):
    live = Live(port, school.headsets[3])
    return lambda number: live.say("events", batch_of_100(number))


def poll_of_training(school, line, _):
    return lambda _: line.ask("POST", "/devices/start_game", school.headsets[4], b"{}")


def page_of_people(school, line, _):
    return lambda _: line.ask("GET", "/v1/people?limit=50", school.admin)


def order_to_lesson(school, line, port):
    """Pause and resume in turn, until the one headset of the lesson has heard it."""
    live = Live(port, school.headsets[5])
    live.say("session.join", {"session_id": school.session})

    def one(number):
        path = f"/v1/sessions/{school.session}/" + ("resume" if number % 2 else "pause")
        line.ask("POST", path, school.admin, b"{}")
        live.wait_for('"type":"command"')
    return one


def welcome_and_join(school, _, port):
    def one(_):
        with Live(port, school.headsets[6]) as live:
            live.say("session.join", {"session_id": school.session})
    return one


def clock_message(school, _, port):
    live = Live(port, school.headsets[7])

    def one(number):
        live.send(json.dumps({"type": "clock", "eid": "1", "data": {"t0": number}}).encode())
        live.wait_for('"type":"clock"')
    return one


def static_asset(_, line, __):
    return lambda _: line.ask("GET", "/", more="Accept: text/html\r\nAccept-Encoding: gzip\r\n")


PATHS = {  # and how often each is asked in a round
    "small authenticated GET": (small_get, 250),
    "event of Unreal, durable": (unreal_event, 300),
    "batch of 100 events, HTTP": (batch_over_http, 60),
    "batch of 100 events, socket": (batch_over_socket, 60),
    "poll of a headset, training": (poll_of_training, 1500),
    "page of 50 people": (page_of_people, 50),
    "order to a lesson": (order_to_lesson, 60),
    "socket: welcome and join": (welcome_and_join, 60),
    "socket: clock": (clock_message, 1500),
    "page's document": (static_asset, 2000),
}


# --- the server ---

class Box:
    def __init__(self, program, folder, before=()):
        command = [*before, program, "serve", "--data", f"{folder}/data", "--listen", "127.0.0.1:0"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        line = self.process.stdout.readline()
        if ":" not in line:
            sys.exit("the server did not start: " + line)
        self.port = int(line.strip().rsplit(":", 1)[1].rstrip("/"))

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


class Counter:
    """Tells callgrind when to begin and when to write down. It listens only while the server runs code, so
    the server is asked something until it has heard; that little is part of both ends of a count."""

    def __init__(self, box, folder):
        self.box, self.folder = box, folder
        self.files = 0
        self.begun_s, self.idle_per_s = 0, 0

    def tell(self, word):
        command = ["vgdb", f"--pid={self.box.process.pid}", f"--vgdb-prefix={self.folder}/vgdb",
                   "--max-invoke-ms=0", word]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as told:
            while told.poll() is None:
                with Connection(self.box.port) as line:
                    line.ask("GET", "/health")
                time.sleep(0.02)
            if told.returncode != 0:
                sys.exit(f"vgdb {word}: {told.stderr.read().decode()}")

    def begin(self):
        time.sleep(LATER_S)
        self.tell("zero")
        self.begun_s = time.monotonic()

    def learn_idle(self):
        """What a second costs in which nobody asks anything."""
        self.begin()
        shorter = self.count()
        time.sleep(IDLE_S)
        self.idle_per_s = (self.count() - shorter) / IDLE_S

    def count(self):
        """Since it began or last counted."""
        time.sleep(LATER_S)
        self.tell("dump")
        begun_s, self.begun_s = self.begun_s, time.monotonic()
        return self.dumped() - self.idle_per_s * (self.begun_s - begun_s)

    def dumped(self):
        self.files += 1
        with open(f"{self.folder}/callgrind.{self.files}", encoding="utf-8") as dumped:
            for line in dumped:
                if line.startswith(("totals:", "summary:")):
                    return int(line.split()[1])
        sys.exit("callgrind wrote no total")


def compiler_of(program):
    """Which compiler made it: "g++ 12"."""
    read = subprocess.run(["readelf", "-p", ".comment", program], capture_output=True, text=True, check=True)
    for line in read.stdout.splitlines():
        if "GCC:" in line:
            return "g++ " + line.rsplit(" ", 1)[1].split(".")[0]
    return "unknown"


def key_of(program):
    """Library code chooses its instructions by the processor."""
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        flags = info.read().split()
    wide = "avx2" if "avx2" in flags else "no avx2"
    return f"{compiler_of(program)}, {platform.machine()}, {wide}"


def measure(program, folder, names):
    setup = [program, "setup", "--data", f"{folder}/data", "--organisation", "Bench", "--admin", "bench"]
    setup += ["--seats", "50"]
    subprocess.run(setup, input="bench-bench\n", text=True, stdout=subprocess.DEVNULL, check=True)
    plain = Box(program, folder)
    school = School(plain)
    plain.stop()
    box = Box(program, folder, ["valgrind", "--tool=callgrind", "--quiet", f"--vgdb-prefix={folder}/vgdb",
                                "--vgdb-poll=500", f"--callgrind-out-file={folder}/callgrind"])
    counter = Counter(box, folder)
    counts = {}
    try:
        counter.learn_idle()
        for name in names:
            make, times = PATHS[name]
            with Connection(box.port) as line:
                one = make(school, line, box.port)
                warm = max(times // 5, 20)
                for number in range(warm):
                    one(number)
                counter.begin()
                rounds = []
                for number in range(ROUNDS):
                    for more in range(times):
                        one(warm + number * times + more)
                    rounds.append(counter.count())
                counts[name] = round(statistics.median(rounds) / times)
    finally:
        box.stop()
    return counts


def measure_in(keep, program, names):
    if keep:
        return measure(os.path.abspath(program), tempfile.mkdtemp(dir=keep), names)
    with tempfile.TemporaryDirectory() as folder:
        return measure(os.path.abspath(program), folder, names)


def report(counts, baseline):
    """Prints the table; the names of those that rose."""
    risen = []
    print(f"{'instructions a request':30} {'now':>10} {'baseline':>10}")
    for name, count in counts.items():
        before = baseline.get(name)
        change = "" if before is None else f"{(count / before - 1) * 100:+.2f} %"
        print(f"{name:30} {count:>10} {'-' if before is None else before:>10} {change}")
        if before is not None and count > before * ALLOWED:
            risen.append(name)
    return risen


def main():
    parser = argparse.ArgumentParser(description="Counts the instructions that one request costs the server.")
    parser.add_argument("program")
    parser.add_argument("--record", action="store_true", help="write the baseline of this compiler")
    parser.add_argument("--keep", help="leave callgrind's files in this folder")
    parser.add_argument("paths", nargs="*", metavar="PATH", help="only these: " + ", ".join(PATHS))
    options = parser.parse_args()
    names = options.paths or list(PATHS)
    if not shutil.which("valgrind"):
        print("skipped: there is no valgrind here")
        sys.exit(CANNOT)
    with open(BASELINE, encoding="utf-8") as file:
        baselines = json.load(file)
    key = key_of(options.program)
    if key not in baselines and not options.record:
        print(f"skipped: no baseline for {key}; --record makes one")
        sys.exit(CANNOT)
    counts = measure_in(options.keep, options.program, names)
    risen = report(counts, baselines.get(key, {}))
    if risen and not options.record:
        print("once more, those that are above it:")
        risen = report(measure_in(options.keep, options.program, risen), baselines[key])
    if options.record:
        baselines[key] = {**baselines.get(key, {}), **counts}
        with open(BASELINE, "w", encoding="utf-8") as file:
            file.write(json.dumps(baselines, indent=2) + "\n")
    elif risen:
        sys.exit("more than 2 % above the baseline: " + ", ".join(risen))


if __name__ == "__main__":
    main()
