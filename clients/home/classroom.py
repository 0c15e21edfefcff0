"""What the tests of this folder share: the program as a box that can be killed, the line to it, and a Java
program that types and prints lines.
"""
import base64
import hashlib
import json
import os
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
PATIENCE_S = 30 * float(os.environ.get('LECTERN_PATIENCE', '1'))
SKIPPED = 77  # what ctest takes for "skipped"
JAVA = ['java', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC']


def missing(*commands):
    """The first of these commands that is not installed, or None."""
    return next((command for command in commands if not shutil.which(command)), None)


def compiled(folder, *parts, release='8', classpath=''):
    """Compiles these parts of clients/home into the folder; warnings are errors."""
    sources = sorted(str(path) for part in parts for path in (HERE / part).rglob('*.java'))
    made = subprocess.run(['javac', '-Xlint:all,-options', '-Werror', '--release', release, '-encoding',
                           'UTF-8', '-d', folder,
                           *(['-cp', classpath] if classpath else []), *sources],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if made.returncode:
        raise RuntimeError('it does not compile:\n' + made.stdout)
    return folder


class Box:
    """The server, which comes back at the same address."""

    def __init__(self, folder, *options, authority=None):
        self.folder, self.port, self.options, self.token = folder, 0, options, None
        self.trust = ssl.create_default_context(cafile=authority) if authority else None
        self.start()
        self.token = self.call('POST', '/v1/logins', username='demo', password='demo-demo')['token']

    def start(self):
        self.process = subprocess.Popen(
            [os.environ['LECTERN'], 'serve', '--data', self.folder, '--listen', f'127.0.0.1:{self.port}',
             '--demo',
             *self.options],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for line in self.process.stdout:
            if found := re.search(r'listening on (https?://127\.0\.0\.1:(\d+))', line):
                self.url, self.port = found[1], int(found[2])
                threading.Thread(target=self.process.stdout.read, daemon=True).start()
                return
        raise RuntimeError('the server does not start')

    def end(self, number):
        self.process.send_signal(number)
        self.process.wait(PATIENCE_S)
        self.process.stdout.close()

    def raw(self, method, path, body=None, **headers):
        headers = {name.replace('_', '-'): value for name, value in headers.items()}
        request = urllib.request.Request(self.url + path, body, headers, method=method)
        if self.token:
            request.add_header('Authorization', 'Bearer ' + self.token)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S, context=self.trust) as answer:
                return answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            raise RuntimeError(f'{path}: {error.code} {error.read().decode()}') from error

    def call(self, method, path, **body):
        text = json.dumps(body).encode() if body or method == 'POST' else None
        return json.loads(self.raw(method, path, text, Content_Type='application/json')[1] or 'null')

    def get(self, path):
        return self.call('GET', path)

    def post(self, path, **body):
        return self.call('POST', path, **body)

    def device(self, serial_number):
        return next(one for one in self.get('/v1/devices')['items'] if one['serial_number'] == serial_number)

    def session_of(self, serial_number, lesson_ids=()):
        """Makes a session with only this headset in it. Returns its path."""
        room = self.post('/v1/rooms', name='Room of ' + serial_number, rows=1, places=1)
        seat = self.get(f'/v1/rooms/{room["id"]}')['seats'][0]
        self.call('PATCH', f'/v1/seats/{seat["id"]}', device_id=self.device(serial_number)['id'])
        session = self.post('/v1/sessions', title='Of ' + serial_number, room_id=room['id'],
                            lesson_ids=list(lesson_ids))
        return f'/v1/sessions/{session["id"]}'

    def upload(self, name, content):
        """Returns the content that the upload has made."""
        metadata = 'filename ' + base64.b64encode(name.encode()).decode()
        place = self.raw('POST', '/v1/uploads', b'', Tus_Resumable='1.0.0', Upload_Length=str(len(content)),
                         Upload_Metadata=metadata)[0]['Location']
        path = '/v1/uploads/' + place.rsplit('/', 1)[1]
        self.raw('PATCH', path, content, Tus_Resumable='1.0.0', Upload_Offset='0',
                 Content_Type='application/offset+octet-stream')
        sha256 = hashlib.sha256(content).hexdigest()
        return next(one for one in self.get('/v1/content')['items'] if one['sha256'] == sha256)

    def counts(self, path):
        """Of the newest command: how many headsets are in which state."""
        counts = self.get(path + '/commands')['items'][0]['counts']
        return {state: count for state, count in counts.items() if count and state != 'sent'}

    def stored_events(self, path):
        return sum(run['events'] for run in self.get(f'/v1/runs?session={path.split("/")[-1]}')['items'])


class Wire:
    """Between headset and server. While it is deaf, the headset hears nothing but is heard. `cut_at`: hang up
    once when so many bytes have reached the headset.
    """

    def __init__(self, port):
        self.port, self.deaf, self.ends = port, False, []
        self.carried, self.cut_at = 0, None
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.url = f'http://127.0.0.1:{self.listener.getsockname()[1]}'
        threading.Thread(target=self.take, daemon=True).start()

    def take(self):
        while True:
            try:
                headset = self.listener.accept()[0]
            except OSError:  # closed
                return
            try:
                server = socket.create_connection(('127.0.0.1', self.port))
            except OSError:  # it has been killed
                headset.close()
                continue
            self.ends += [headset, server]
            threading.Thread(target=self.carry, args=(headset, server, False), daemon=True).start()
            threading.Thread(target=self.carry, args=(server, headset, True), daemon=True).start()

    def carry(self, source, sink, is_to_headset):
        try:
            while data := source.recv(65536):
                if is_to_headset and self.deaf:
                    continue
                sink.sendall(data)
                if is_to_headset:
                    self.carried += len(data)
                if self.cut_at is not None and self.carried >= self.cut_at:
                    self.cut_at = None
                    self.hang_up()
        except OSError:
            pass
        self.cut([source, sink])  # also wakes the other direction

    @staticmethod
    def cut(ends):
        for end in ends:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def hang_up(self):
        """The Wi-Fi goes for a moment."""
        self.cut(self.ends)

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for end in self.ends:
            end.close()


class Typed:
    """A running program: types lines, and remembers its output."""

    def __init__(self, words, environment=None):
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        bufsize=1, env=environment)
        self.lines, self.seen, self.changed = [], 0, threading.Condition()
        self.thread = threading.Thread(target=self.listen)
        self.thread.start()

    def listen(self):
        for line in self.process.stdout:
            with self.changed:
                self.lines.append(line.strip())
                self.changed.notify_all()

    def type(self, *lines):
        self.process.stdin.write(''.join(line + '\n' for line in lines))
        self.process.stdin.flush()

    def says(self, pattern):
        """Waits for a line after the last one found."""
        def find():
            for index in range(self.seen, len(self.lines)):
                if found := re.fullmatch(pattern, self.lines[index]):
                    self.seen = index + 1
                    return found
            return None
        with self.changed:
            if found := self.changed.wait_for(find, PATIENCE_S):
                return found
            raise AssertionError(f'never said: {pattern}; but: {self.lines[self.seen:]}')

    def kill(self):
        self.process.kill()
        self.close()

    def close(self):
        try:
            self.type('quit')
        except (BrokenPipeError, ValueError):
            pass  # it had ended
        try:
            self.process.wait(PATIENCE_S)
        finally:
            self.process.kill()
            self.thread.join()
            self.process.stdout.close()
            try:
                self.process.stdin.close()
            except BrokenPipeError:
                pass


class Story(unittest.TestCase):
    """A test with a box."""

    def folder(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        return folder.name

    def serve(self, *options, authority=None):
        box = Box(self.folder(), *options, authority=authority)
        self.addCleanup(lambda: box.end(15))
        return box

    def wire(self, box):
        wire = Wire(box.port)
        self.addCleanup(wire.close)
        return wire

    def until(self, condition, what):
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            if found := condition():
                return found
            time.sleep(0.02)
        self.fail('never: ' + what)
