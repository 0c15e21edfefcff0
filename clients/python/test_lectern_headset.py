"""The client's rules, and the client against the real server, which is killed in the middle of a lesson.

LECTERN names the program. Run by ctest as "clients.python".
"""
import json
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.request

from lectern_headset import Headset, Lesson, ServerTime, ask, pair, pause_s

ROOT = pathlib.Path(__file__).resolve().parents[2]


def command(number, action, at_ms, **more):
    return {'session_id': 1, 'number': number, 'action': action, 'arguments': {}, 'lesson': {'duration_ms': 60_000},
            'position_ms': 0, 'at_ms': at_ms, 'expires_ms': at_ms + 60_000, **more}


def state(number, position_ms=0, at_ms=0, eyes=None):
    return {'session_id': 1, 'number': number, 'state': 'running', 'lesson': {'duration_ms': 60_000}, 'position_ms': position_ms,
            'at_ms': at_ms, 'run_id': 7, 'controls': {'eyes_on_me': eyes}}


class Rules(unittest.TestCase):
    def test_slow_round_trips_do_not_count(self):
        time_of_server = ServerTime()
        for _ in range(6):
            time_of_server.add(0, 1005, 10)
        time_of_server.add(0, 1300, 400)
        time_of_server.add(10, 0, 5)
        self.assertEqual((time_of_server.offset_ms, time_of_server.round_trip_ms), (1000, 10))
        for _ in range(64):
            time_of_server.add(0, 2005, 10)
        self.assertEqual(time_of_server.offset_ms, 2000)

    def test_a_command_happens_at_its_moment_and_once(self):
        lesson = Lesson()
        self.assertTrue(lesson.take_command(command(1, 'play', 1000)))
        self.assertEqual(lesson.obey(999), [])
        [(_, skew_ms, error)] = lesson.obey(1002)
        self.assertEqual((skew_ms, error, lesson.position(3000)), (2, None, 2000))
        self.assertFalse(lesson.take_command(command(1, 'play', 1000)))
        self.assertTrue(lesson.take_command(command(2, 'pause', 5000, position_ms=4000)))
        lesson.obey(5000)
        self.assertEqual(lesson.position(9000), 4000)

    def test_a_control_swallows_no_play(self):
        lesson = Lesson()
        lesson.take_state(state(3))
        self.assertTrue(lesson.take_command(command(9, 'identify', 100)))
        lesson.obey(100)
        self.assertTrue(lesson.take_command(command(5, 'pause', 200, position_ms=200)))

    def test_eyes_on_me_ends_by_itself(self):
        lesson = Lesson()
        lesson.take_state(state(1, eyes={'until_ms': 5000}))
        self.assertTrue(lesson.is_held(4999))
        self.assertFalse(lesson.is_held(5000))
        lesson.take_command(command(2, 'release', 1000))
        lesson.obey(1000)
        self.assertFalse(lesson.is_held(1001))

    def test_a_late_headset_is_where_the_lesson_is(self):
        lesson = Lesson()
        self.assertEqual(lesson.take_state(state(4, position_ms=1000, at_ms=500)), 4)
        self.assertIsNone(lesson.take_state(state(4, position_ms=1000, at_ms=500)))
        self.assertEqual(lesson.position(2500), 3000)
        self.assertEqual(lesson.position(200_000), 60_000)
        [(_, _, error)] = lesson.take_command(command(5, 'seek', 10, expires_ms=20, position_ms=9)) and lesson.obey(30)
        self.assertIn('expired', error)
        self.assertEqual(lesson.position(11), 10)
        lesson.take_state(None)
        self.assertEqual((lesson.session_id, lesson.state), (None, 'stopped'))

    def test_pauses_grow_and_differ(self):
        for failures, longest in ((0, 0.25), (1, 0.5), (2, 1), (3, 2), (500, 2)):
            pauses = {pause_s(failures) for _ in range(100)}
            self.assertGreater(len(pauses), 50)
            self.assertTrue(all(longest * 0.5 <= pause <= longest * 1.5 for pause in pauses))


class Box:
    """The server, which comes back at the same address."""

    def __init__(self, folder):
        self.folder, self.port = folder, 0
        self.start()
        self.token = ask(self.url, '/v1/logins', {'username': 'demo', 'password': 'demo-demo'})[1]['token']

    def start(self):
        self.process = subprocess.Popen(
            [os.environ['LECTERN'], 'serve', '--data', self.folder, '--listen', f'127.0.0.1:{self.port}', '--demo'],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for line in self.process.stdout:
            if found := re.search(r'listening on (http://127\.0\.0\.1:(\d+))', line):
                self.url, self.port = found[1], int(found[2])
                threading.Thread(target=self.process.stdout.read, daemon=True).start()
                return
        raise RuntimeError('the server does not start')

    def end(self, number):
        self.process.send_signal(number)
        self.process.wait(20)
        self.process.stdout.close()

    def post(self, path, **body):
        status, answer = ask(self.url, path, body, self.token)
        if status // 100 != 2:
            raise RuntimeError(f'{path}: {status} {answer}')
        return answer

    def get(self, path):
        request = urllib.request.Request(self.url + path, headers={'Authorization': 'Bearer ' + self.token})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)


class WithTheServer(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.box = Box(folder.name)
        self.addCleanup(lambda: self.box.end(signal.SIGTERM))

    def until(self, condition, what):
        end = time.monotonic() + 20
        while time.monotonic() < end:
            if condition():
                return
            time.sleep(0.02)
        self.fail('never: ' + what)

    def room_with(self, device_id):
        room = self.box.post('/v1/rooms', name='Room of one', rows=1, places=1)
        seat = self.box.get(f'/v1/rooms/{room["id"]}')['seats'][0]
        request = urllib.request.Request(f'{self.box.url}/v1/seats/{seat["id"]}', json.dumps({'device_id': device_id}).encode(),
                                         {'Content-Type': 'application/json', 'Authorization': 'Bearer ' + self.box.token}, method='PATCH')
        urllib.request.urlopen(request, timeout=10).close()
        return room['id']

    def test_a_lesson_with_a_kill_in_the_middle(self):
        token = pair(self.box.url, self.box.post('/v1/pairing-codes')['code'], 'PY-1', 'Python')
        device = next(d for d in self.box.get('/v1/devices')['items'] if d['serial_number'] == 'PY-1')
        session = self.box.post('/v1/sessions', title='By Python', room_id=self.room_with(device['id']), lesson_ids=[])
        path = f'/v1/sessions/{session["id"]}'
        headset = Headset(self.box.url, token)
        thread = threading.Thread(target=headset.run)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(headset.stop)
        done = lambda: self.box.get(path + '/commands')['items'][0]['counts']['done'] == 1

        self.until(lambda: headset.time.round_trip_ms is not None, 'the time is known')
        self.box.post(path + '/start')
        self.until(done, 'it plays')
        self.box.post(path + '/seek', position_ms=100_000)
        sought = time.monotonic()
        self.box.end(signal.SIGKILL)  # the seek may not even have arrived
        self.until(lambda: headset.line is None, 'it has felt that the box is gone')
        self.box.start()
        self.until(lambda: headset.welcomes == 2, 'it is back')
        self.until(lambda: headset.lesson.newest.get('playback') == 2, 'it has done the newest')
        off_ms = headset.lesson.position(headset.server_ms()) - 100_000 - (time.monotonic() - sought) * 1000
        self.assertLess(abs(off_ms), 1000)
        self.until(done, 'and says so')
        self.box.post(path + '/stop')
        self.until(lambda: headset.lesson.state == 'stopped', 'it stops')

    def test_the_documents_examples_run(self):
        text = (ROOT / 'docs/headset-protocol.md').read_text()
        lines = re.search(r'## Trying it by hand.*?```sh\n(.*?)```', text, re.S)[1].strip().split('\n')
        self.assertEqual(len(lines), 4)
        names = {**os.environ, 'BOX': self.box.url, 'CODE': self.box.post('/v1/pairing-codes')['code']}
        answers = []
        for line in lines:
            if answers:
                names['TOKEN'] = answers[0]['token']
            if ' /v1/headset/hand ' in line.replace('$BOX', ' '):
                self.join_a_lesson(names['TOKEN'])
            out = subprocess.run(['sh', '-ec', line], cwd=ROOT, env=names, capture_output=True, text=True, timeout=20, check=True).stdout
            answers.append([json.loads(one) for one in out.strip().split('\n')])
            if len(answers[-1]) == 1:
                answers[-1] = answers[-1][0]
        self.assertEqual(answers[0]['device']['serial_number'], 'MINE-1')
        self.assertEqual(answers[1], {})
        self.assertEqual(answers[2]['question'], 'Is that a shark?')
        self.assertEqual([message['type'] for message in answers[3]], ['welcome', 'clock'])
        self.assertEqual(answers[3][1]['data']['t0'], 1)

    def join_a_lesson(self, token):
        device = next(d for d in self.box.get('/v1/devices')['items'] if d['serial_number'] == 'MINE-1')
        session = self.box.post('/v1/sessions', title='By hand', room_id=self.room_with(device['id']), lesson_ids=[])
        self.box.post(f'/v1/sessions/{session["id"]}/start')


if __name__ == '__main__':
    unittest.main()
