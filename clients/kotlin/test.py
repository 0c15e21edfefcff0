"""The client's rules (RulesTest.kt), and a headset of it (Example.kt) with the real server, which is killed in the middle.

LECTERN names the program. Run by ctest as "clients.kotlin"; skipped where there is no Kotlin compiler.
"""
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
PATIENCE_S = 30


def setUpModule():
    global built
    folder = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(folder.cleanup)
    built = folder.name + '/headset.jar'
    made = subprocess.run(['kotlinc', '-Werror', '-include-runtime', '-d', built, *sorted(map(str, HERE.glob('*.kt')))],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if made.returncode:
        raise RuntimeError('it does not compile:\n' + made.stdout)


def program(name, *words):
    return ['java', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-cp', built, f'lectern.{name}Kt', *words]


class Box:
    """The server, which comes back at the same address."""

    def __init__(self, folder, *options, authority=None):
        self.folder, self.port, self.options, self.token = folder, 0, options, None
        self.trust = ssl.create_default_context(cafile=authority) if authority else None
        self.start()
        self.token = self.call('POST', '/v1/logins', username='demo', password='demo-demo')['token']

    def start(self):
        self.process = subprocess.Popen(
            [os.environ['LECTERN'], 'serve', '--data', self.folder, '--listen', f'127.0.0.1:{self.port}', '--demo',
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

    def call(self, method, path, **body):
        request = urllib.request.Request(self.url + path, json.dumps(body).encode() if body or method == 'POST' else None,
                                         {'Content-Type': 'application/json'}, method=method)
        if self.token:
            request.add_header('Authorization', 'Bearer ' + self.token)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S, context=self.trust) as answer:
                return json.loads(answer.read() or 'null')
        except urllib.error.HTTPError as error:
            raise RuntimeError(f'{path}: {error.code} {error.read().decode()}') from error

    def get(self, path):
        return self.call('GET', path)

    def post(self, path, **body):
        return self.call('POST', path, **body)


class Wire:
    """Between headset and server, at its own address. While it is deaf, the headset hears nothing but is heard."""

    def __init__(self, port):
        self.port, self.deaf, self.ends = port, False, []
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
                if not (is_to_headset and self.deaf):
                    sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):  # also wakes the other direction
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for end in self.ends:
            end.close()


class Headset:
    """A running Example.kt: types lines, and remembers its output."""

    def __init__(self, url, token, environment=None):
        self.process = subprocess.Popen(program('Example', 'run', url, token), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, bufsize=1, env=environment)
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

    def where(self):
        self.type('where')
        found = self.says(r'where (\w+) (\w+), round trip \S+, (\d+) events kept')
        return found[1], found[2], int(found[3])

    def close(self):
        try:
            self.type('quit')
        except BrokenPipeError:
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


class Rules(unittest.TestCase):
    def test_the_rules_hold(self):
        ran = subprocess.run(program('RulesTest'), capture_output=True, text=True, timeout=60)
        self.assertEqual((ran.returncode, ran.stdout.strip()), (0, 'the rules hold'), ran.stderr)


class WithTheServer(unittest.TestCase):
    def folder(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        return folder.name

    def serve(self, *options, authority=None):
        box = Box(self.folder(), *options, authority=authority)
        self.addCleanup(lambda: box.end(signal.SIGTERM))
        return box

    def run_headset(self, *arguments):
        headset = Headset(*arguments)
        self.addCleanup(headset.close)
        return headset

    def until(self, condition, what):
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            if found := condition():
                return found
            time.sleep(0.02)
        self.fail('never: ' + what)

    def pair(self, url, code, serial_number, environment=None):
        return subprocess.run(program('Example', 'pair', url, code, serial_number), capture_output=True, text=True, timeout=60,
                              env=environment)

    def test_a_lesson_with_a_kill_in_the_middle(self):
        box = self.serve()
        wrong = self.pair(box.url, '000000', 'KT-1')
        self.assertEqual((wrong.returncode, wrong.stdout, wrong.stderr[:4]), (1, '', '404 '))
        token = self.pair(box.url, box.post('/v1/pairing-codes')['code'], 'KT-1').stdout.strip()
        device = next(d for d in box.get('/v1/devices')['items'] if d['serial_number'] == 'KT-1')
        room = box.post('/v1/rooms', name='Room of one', rows=1, places=1)
        box.call('PATCH', f'/v1/seats/{box.get("/v1/rooms/" + str(room["id"]))["seats"][0]["id"]}', device_id=device['id'])
        box.post('/v1/people', role='student', nickname='Kotlina', pin='1379')
        session = box.post('/v1/sessions', title='By Kotlin', room_id=room['id'], lesson_ids=[])
        path = f'/v1/sessions/{session["id"]}'
        wire = Wire(box.port)
        self.addCleanup(wire.close)
        headset = self.run_headset(wire.url, token)

        headset.says('connected')
        headset.type('sign-in Kotlina 0000', 'sign-in Kotlina 1379')
        headset.says('not signed in: Nickname or PIN is wrong.')
        headset.says('signed in')
        headset.type('sign-out')
        headset.says('nobody')
        headset.type('sign-in Kotlina 1379')
        headset.says('worn by Kotlina')
        self.obeys(box, path, headset)
        self.asks(headset)
        self.events_arrive_once(box, path, wire, headset)

        # It is back in its lesson, at the place of the seek just before the kill, and has said so.
        self.until(lambda: headset.where()[1] == '100000', 'it has done the newest')
        self.until(lambda: self.counts(box, path) == {'done': 1}, 'and says so')
        box.post(path + '/stop')
        headset.says('nobody')  # so that the next student is not recorded as the last
        headset.says(r'obey stop \d+')
        self.until(lambda: headset.where()[0] == 'stopped', 'the lesson is over')
        box.call('DELETE', f'/v1/devices/{device["id"]}')
        headset.says('unpaired')
        self.assertEqual(headset.process.wait(PATIENCE_S), 0)

    def counts(self, box, path):
        counts = box.get(path + '/commands')['items'][0]['counts']
        return {state: count for state, count in counts.items() if count and state != 'sent'}

    def obeys(self, box, path, headset):
        for act, body in (('start', {}), ('pause', {}), ('resume', {}), ('seek', {'position_ms': 40_000}), ('pause', {})):
            ordered = box.post(f'{path}/{act}', **body)['command']
            headset.says(f'prepare {ordered["action"]}')
            headset.says(f'obey {ordered["action"]} {ordered["number"]}')
            self.until(lambda: self.counts(box, path) == {'done': 1}, f'{act} is done')
            state, position_ms, _ = headset.where()
            self.assertEqual(state, 'paused' if act == 'pause' else 'running')
            if act == 'pause':
                self.assertEqual(int(position_ms), int(box.get(path)['position_ms']))
        self.assertGreaterEqual(int(position_ms), 40_000)

        box.post(path + '/commands', action='identify', arguments={})
        headset.says(r'obey identify \d+')
        self.until(lambda: self.counts(box, path) == {'done': 1}, 'a blink is done')
        box.post(path + '/commands', action='eyes_on_me', arguments={'message': 'Listen', 'seconds': 3})
        headset.says('held: Listen')
        headset.says('free')  # by itself
        box.post(path + '/commands', action='launch', arguments={'kind': 'app', 'content': 'org.example.reef'})
        self.until(lambda: self.counts(box, path) == {'failed': 1}, 'what cannot be done has failed')
        self.assertEqual(box.get(path + '/commands')['items'][0]['open'][0]['error'], 'A console launches nothing.')

    def asks(self, headset):
        headset.type('hand Is that a shark?')
        headset.says(r'hand up: Is that a shark\?')
        headset.type('unwell')
        headset.says(r'hand \w+.*, unwell')
        headset.type('well', 'lower')
        headset.says('hand down')

    def events_arrive_once(self, box, path, wire, headset):
        stored = lambda: sum(run['events'] for run in box.get(f'/v1/runs?session={path.split("/")[-1]}')['items'])
        # More events than one batch holds, and one that needs the longest kind of frame.
        headset.type(*['event interaction ' + json.dumps({'target': 'turtle', 'data': {'text': 'ä€' * 300}})] * 450)
        self.until(lambda: headset.where()[2] == 0, 'all are acknowledged')
        self.assertEqual(stored(), 450)

        # The box stores what comes, the headset never hears of it; then the box dies.
        wire.deaf = True
        headset.type('event click', 'event click')
        self.until(lambda: stored() == 452, 'they are stored')
        self.assertEqual(headset.where()[2], 2)
        box.post(path + '/seek', position_ms=100_000)
        box.end(signal.SIGKILL)
        headset.says('gone: .*')
        headset.type('event click', 'hand Where is it?')
        wire.deaf = False
        box.start()
        headset.says('connected')
        headset.says(r'hand up: Where is it\?')
        self.until(lambda: headset.where()[2] == 0, 'all are acknowledged')
        self.assertEqual(stored(), 453)

    def test_over_tls_only_the_authority_is_believed(self):
        folder = self.folder()
        subprocess.run([os.environ['LECTERN'], 'certificate', '--out', folder, '--address', '127.0.0.1'], check=True,
                       stdout=subprocess.DEVNULL)
        box = self.serve('--tls-cert', folder + '/server.pem', '--tls-key', folder + '/server-key.pem',
                         authority=folder + '/authority.pem')
        trusting = {**os.environ, 'LECTERN_AUTHORITY': folder + '/authority.pem'}
        code = box.post('/v1/pairing-codes')['code']
        stranger = self.pair(box.url, code, 'KT-2')
        self.assertEqual((stranger.returncode, stranger.stdout), (1, ''))
        token = self.pair(box.url, code, 'KT-2', trusting).stdout.strip()
        headset = self.run_headset(box.url, token, trusting)
        headset.says('connected')
        headset.says('in no lesson')
        self.run_headset(box.url, token).says('log: no connection: .*path building failed.*')
        # The same box by a name that is not in its certificate.
        other_name = box.url.replace('127.0.0.1', 'localhost')
        self.run_headset(other_name, token, trusting).says('log: no connection: No .*name matching localhost found.*')


if __name__ == '__main__':
    if not shutil.which('kotlinc') or not shutil.which('java'):
        print('skipped: no kotlinc')
        sys.exit(77)
    unittest.main()
