#!/usr/bin/env python3
"""A headset in one file, with only the standard library: an example to read, to try a box by hand, to start an app from.

    lectern_headset.py pair BOX CODE SERIAL    prints the token of a headset that is paired now
    lectern_headset.py run BOX TOKEN           takes part: keeps the time, obeys, reports, comes back when the Wi-Fi goes
    lectern_headset.py talk BOX TOKEN          sends lines of standard input, prints what comes: the socket by hand

BOX is http://192.0.2.5:8080. What must hold is in docs/headset-protocol.md; this follows its order.
"""
import base64
import json
import os
import random
import select
import socket
import struct
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

PLAYBACK = ('play', 'pause', 'resume', 'seek', 'stop')


def own_ms():
    """A clock that only goes forward."""
    return time.monotonic() * 1000


def ask(box, path, body, token=None):
    """Makes one HTTP call. Returns the status and the answer."""
    request = urllib.request.Request(box + path, json.dumps(body).encode(), {'Content-Type': 'application/json'})
    if token:
        request.add_header('Authorization', 'Bearer ' + token)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def pair(box, code, serial_number, name=''):
    body = {'code': code, 'serial_number': serial_number, 'model': 'Python'}
    if name:
        body['name'] = name
    status, answer = ask(box, '/v1/pairings', body)
    if status not in (201, 202):  # 202: the token is good once a teacher has admitted the headset
        raise RuntimeError(f'pairing: {status} {answer.get("detail", "")}')
    return answer['token']


class Closed(ConnectionError):
    """The box has closed, and says why."""

    def __init__(self, code, reason):
        super().__init__(f'the box has closed with {code}: {reason}')
        self.code = code


class Line:
    """As much of a WebSocket as the protocol needs."""

    def __init__(self, box, token, path='/v1/live'):
        url = urllib.parse.urlsplit(box)
        self.socket = socket.create_connection((url.hostname, url.port or 80), 5)
        self.bytes = b''
        self.parts = b''
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall((
            f'GET {path} HTTP/1.1\r\nHost: {url.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
            f'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\nAuthorization: Bearer {token}\r\n\r\n').encode())
        while b'\r\n\r\n' not in self.bytes:
            self._receive()
        head, self.bytes = self.bytes.split(b'\r\n\r\n', 1)
        status = int(head.split(b' ', 2)[1])
        if status == 401:
            raise PermissionError('the token is no longer good: pair again')
        if status != 101:
            raise ConnectionError(f'the box answers {status}')

    def close(self):
        self.socket.close()

    def send(self, text):
        self._send(1, text.encode())

    def send_picture(self, jpeg):
        self._send(2, b'\x01' + jpeg)

    def read(self, patience_s):
        """The next text within that time, or None."""
        until = time.monotonic() + patience_s
        while True:
            frame = self._frame()
            if frame is None:
                left = max(0.0, until - time.monotonic())  # even without patience, take what has come
                if not select.select([self.socket], [], [], left)[0]:
                    return None
                self._receive()
                continue
            final, kind, payload = frame
            if kind == 8:
                raise Closed(int.from_bytes(payload[:2], 'big'), payload[2:].decode(errors='replace'))
            if kind == 9:
                self._send(10, payload)  # answer a ping at once, or the teacher sees an offline headset
            if kind in (0, 1, 2):
                self.parts += payload
                if final:
                    whole, self.parts = self.parts, b''
                    return whole.decode(errors='replace')

    def _receive(self):
        more = self.socket.recv(65536)
        if not more:
            raise ConnectionError('the box has hung up')
        self.bytes += more

    def _send(self, kind, payload):
        size = len(payload)
        head = bytes([0x80 | kind])
        if size < 126:
            head += bytes([0x80 | size])
        elif size < 65536:
            head += bytes([0x80 | 126]) + struct.pack('>H', size)
        else:
            head += bytes([0x80 | 127]) + struct.pack('>Q', size)
        mask = os.urandom(4)
        self.socket.sendall(head + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload)))

    def _frame(self):
        data = self.bytes
        if len(data) < 2:
            return None
        size, start = data[1] & 127, 2
        if size == 126:
            size, start = (struct.unpack('>H', data[2:4])[0], 4) if len(data) >= 4 else (1 << 62, 4)
        elif size == 127:
            size, start = (struct.unpack('>Q', data[2:10])[0], 10) if len(data) >= 10 else (1 << 62, 10)
        if len(data) < start + size:
            return None
        self.bytes = data[start + size:]
        return bool(data[0] & 128), data[0] & 15, data[start:start + size]


class ServerTime:
    """Server time is the headset's clock plus the mean offset of the 6 quickest of the last 64 round trips."""

    def __init__(self):
        self.trips = []
        self.offset_ms = self.round_trip_ms = None

    def add(self, t0, t1, t2):
        if t2 < t0:
            return
        self.trips = self.trips[-63:] + [(t2 - t0, t1 - (t0 + t2) / 2)]
        quickest = sorted(self.trips)[:6]
        self.round_trip_ms = sum(trip for trip, _ in quickest) / len(quickest)
        self.offset_ms = sum(offset for _, offset in quickest) / len(quickest)


class Lesson:
    """The lesson that plays, and the commands that wait for their time. Knows no sockets; all times are server time."""

    def __init__(self):
        self.session_id = None
        self._forget()

    def _forget(self):
        self.state, self.position_ms, self.at_ms, self.duration_ms, self.run_id = 'stopped', 0, 0, None, None
        self.newest = {}  # number of the newest command that was obeyed, by its kind
        self.waiting = []
        self.eyes_until_ms = 0

    @staticmethod
    def kind(action):
        if action in PLAYBACK:
            return 'playback'
        return 'eyes_on_me' if action == 'release' else action

    def position(self, now_ms):
        position = self.position_ms + (max(0, now_ms - self.at_ms) if self.state == 'running' else 0)
        return position if self.duration_ms is None else min(position, self.duration_ms)

    def is_held(self, now_ms):
        return now_ms < self.eyes_until_ms  # ends by itself, network or not

    def take_state(self, state):
        """Goes where the box says the lesson is. Returns the number to answer `done`, if it had not been obeyed yet."""
        if state is None:
            self.session_id = None
            self._forget()
            return None
        if state['session_id'] != self.session_id:
            self._forget()
            self.session_id = state['session_id']
        self.run_id = state['run_id']
        eyes = state['controls']['eyes_on_me']
        self.eyes_until_ms = eyes['until_ms'] if eyes else 0
        number = state['number']
        if any(self.kind(c['action']) == 'playback' and c['number'] >= number for c in self.waiting):
            return None  # it will make exactly this state at its time
        self.waiting = [c for c in self.waiting if self.kind(c['action']) != 'playback']
        self.state, self.position_ms, self.at_ms = state['state'], state['position_ms'], state['at_ms']
        self.duration_ms = (state['lesson'] or {}).get('duration_ms')
        news = number > self.newest.get('playback', 0)
        self.newest['playback'] = max(number, self.newest.get('playback', 0))
        return number if news and number > 0 else None

    def take_command(self, command):
        """False if it was obeyed before."""
        if command['session_id'] != self.session_id:
            self._forget()
            self.session_id = command['session_id']
        if command['number'] <= self.newest.get(self.kind(command['action']), 0):
            return False
        self.waiting = sorted(self.waiting + [command], key=lambda c: (c['at_ms'], c['number']))
        return True

    def obey(self, now_ms):
        """Does what is due: (command, skew_ms, error or None) for each."""
        done = []
        while self.waiting and self.waiting[0]['at_ms'] <= now_ms:
            command = self.waiting.pop(0)
            kind = self.kind(command['action'])
            if command['number'] > self.newest.get(kind, 0):
                self.newest[kind] = command['number']
                self._apply(command)
            late = now_ms > command['expires_ms']
            done.append((command, now_ms - command['at_ms'], 'came after it had expired' if late else None))
        return done

    def _apply(self, command):
        action, arguments = command['action'], command['arguments']
        self.run_id = command.get('run_id', self.run_id)
        if action == 'eyes_on_me':
            self.eyes_until_ms = arguments['until_ms']
        elif action == 'release':
            self.eyes_until_ms = 0
        if action not in PLAYBACK:
            return
        if action == 'play':
            self.duration_ms = (command['lesson'] or {}).get('duration_ms')
        self.state = {'play': 'running', 'resume': 'running', 'pause': 'paused', 'stop': 'stopped'}.get(action, self.state)
        self.position_ms, self.at_ms = command['position_ms'], command['at_ms']


REPLACED = 4009  # a newer socket of this headset has taken its role


def pause_s(failures):
    """How long to wait after this many failures in a row: a class must not come back all at once."""
    return min(2, 0.25 * 2 ** min(failures, 10)) * random.uniform(0.5, 1.5)


class Headset:
    """On a thread of its own, or alone: run() returns when stop() was called or the token is no longer valid."""

    def __init__(self, box, token, tell=lambda what: None):
        self.box, self.token, self.tell = box, token, tell
        self.time, self.lesson = ServerTime(), Lesson()
        self.line, self.running, self.eid = None, True, 0
        self.owed = {}  # answers not yet acknowledged by the box, by eid: sent again after a break
        self.welcomes = 0

    def stop(self):
        self.running = False

    def server_ms(self):
        return own_ms() + (self.time.offset_ms or 0)

    def run(self):
        failures = 0
        while self.running:
            try:
                self.line = Line(self.box, self.token)
                failures = 0
                self._take_part()
            except PermissionError:
                raise
            except Closed as closed:
                self.tell(f'gone: {closed}')
                if closed.code == REPLACED:
                    self._wait(30)  # two that fight for one role help nobody
            except (OSError, ValueError) as error:
                self.tell(f'gone: {error}')
            finally:
                if self.line:
                    self.line.close()
                    self.line = None
            self._wait(pause_s(failures))
            failures += 1

    def _wait(self, seconds):
        """Without a line the lesson goes on: waiting commands take effect at their time."""
        until = time.monotonic() + seconds
        while self.running and time.monotonic() < until:
            self._obey()
            time.sleep(0.01)

    def _take_part(self):
        clock_at = report_at = own_ms()
        quick = 10
        while self.running:
            now = own_ms()
            if now >= clock_at:
                self._say('clock', {'t0': now})
                quick -= 1
                clock_at = now + (60 if quick > 0 else 1000)
            if now >= report_at and self.time.offset_ms is not None:
                self._report()
                report_at = now + 1000
            self._obey()
            waits = [clock_at - now]
            if self.time.offset_ms is not None:
                waits.append(report_at - now)
            if self.lesson.waiting:
                waits.append(self.lesson.waiting[0]['at_ms'] - self.server_ms())
            text = self.line.read(max(0.0, min(1000, *waits)) / 1000)
            if text is not None:
                self._hear(json.loads(text))

    def _say(self, kind, data):
        self.eid += 1
        if self.line:
            self.line.send(json.dumps({'type': kind, 'data': data, 'eid': str(self.eid)}))
        return str(self.eid)

    def _answer(self, number, state, **more):
        data = {'session_id': self.lesson.session_id, 'number': number, 'state': state, **more}
        try:
            self.owed[self._say('command.answer', data)] = data
        except OSError:
            self.owed[str(self.eid)] = data  # the line is gone: it is sent after the next welcome
        while len(self.owed) > 200:
            self.owed.pop(next(iter(self.owed)))

    def _report(self):
        self._say('headset.report', {
            'battery': 100, 'charging': True, 'storage_free': 8_000_000_000, 'app': 'lectern_headset.py', 'app_version': '1',
            'round_trip_ms': self.time.round_trip_ms, 'clock_offset_ms': self.time.offset_ms,
            **({'position_ms': int(self.lesson.position(self.server_ms()))} if self.lesson.session_id else {})})

    def _hear(self, message):
        kind, data = message['type'], message['data']
        if message['eid'] is not None:
            if kind == 'clock' and message['status'] == 'success':
                self.time.add(data['t0'], data['t1'], own_ms())
            elif kind == 'command.answer' and message['error'] not in ('TooManyRequests', 'Unavailable', 'StorageFull'):
                self.owed.pop(message['eid'], None)
        elif kind == 'welcome':
            self.welcomes += 1
            if self.time.offset_ms is None:
                self.time.offset_ms = data['server_ms'] - own_ms()  # roughly, until the first round trip
            owed, self.owed = self.owed, {}
            for answer in owed.values():
                self.owed[self._say('command.answer', answer)] = answer
            self._adopt(data['session'])
        elif kind == 'state':
            self._adopt(data)
        elif kind == 'command':
            known = not self.lesson.take_command(data)
            self._answer(data['number'], 'done' if known else 'received')

    def _adopt(self, state):
        number = self.lesson.take_state(state)
        if number is not None:
            self._answer(number, 'done')
        self.tell(f'in the lesson, {self.lesson.state}' if state else 'in no lesson')

    def _obey(self):
        for command, skew_ms, error in self.lesson.obey(self.server_ms()):
            if error:
                self._answer(command['number'], 'failed', skew_ms=skew_ms, error=error)
            else:
                self._answer(command['number'], 'done', skew_ms=skew_ms)
            self.tell(f'{command["action"]}, {skew_ms:.1f} ms late')


def talk(box, token):
    line = Line(box, token)
    heard = True
    while heard:
        ready, _, _ = select.select([sys.stdin, line.socket], [], [])
        if sys.stdin in ready:
            said = sys.stdin.readline()
            if said:
                line.send(said.strip())
            else:  # what was asked is still answered
                heard = False
        while (text := line.read(0.05 if heard else 1)) is not None:
            print(text, flush=True)


def main(words):
    if words[:1] == ['pair'] and len(words) == 4:
        print(pair(*words[1:]))
    elif words[:1] == ['run'] and len(words) == 3:
        Headset(words[1], words[2], print).run()
    elif words[:1] == ['talk'] and len(words) == 3:
        talk(words[1], words[2])
    else:
        sys.exit(__doc__)


if __name__ == '__main__':
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        pass
