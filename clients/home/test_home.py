"""Lectern Home from a fresh headset to the end of a lesson, on a JVM (Desktop.java), with the real server.
Home, the server and the Wi-Fi are killed on the way.

LECTERN names the program. Run by ctest as "clients.home"; skipped where there is no Java compiler.
"""
import json
import pathlib
import re
import signal
import sys
import tempfile
import time
import unittest

from classroom import HERE, JAVA, PATIENCE_S, SKIPPED, Story, Typed, compiled, missing

sys.path.insert(0, str(HERE.parent / 'python'))
from lectern_headset import Box, Line  # noqa: E402, a WebSocket for the teacher's side

MP4 = b'\x00\x00\x00\x18ftypmp42' + bytes(12)  # how a film begins


def setUpModule():
    global built
    folder = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(folder.cleanup)
    built = compiled(folder.name, 'core', 'app', 'desktop')


class House(unittest.TestCase):
    """The rules of Home's source."""

    def test_the_platform_is_narrow(self):
        text = re.sub(r'/\*.*?\*/', '', (HERE / 'app/lectern/home/Platform.java').read_text(), flags=re.S)
        methods = re.findall(r'\b(\w+)\([^()]*\)(?: throws \w+)?;', text)
        self.assertIn('loadVideo', methods)
        self.assertLessEqual(len(methods), 30)


class Lessons(Story):
    def home(self, folder, *serial_number):
        home = Typed([*JAVA, '-cp', built, 'lectern.desktop.Desktop', folder, *serial_number])
        self.addCleanup(home.close)
        return home

    def paired(self, box, url=None):
        """A Home that is paired, by the set-up of the cable. Returns it, its folder and its serial number."""
        folder = self.folder()
        home = self.home(folder, 'HOME-TEST')
        home.says('screen Lectern .*')
        home.type(f'set-up {url or box.url} {box.post("/v1/pairing-codes")["code"]} 7777')
        home.says('screen .* Who are you.*')
        return home, folder, 'HOME-TEST'

    def video_lesson(self, box, content, duration_ms=600_000):
        return box.post('/v1/lessons', title='Coral reef', kind='video', content_id=content['id'],
                        duration_ms=duration_ms)['id']

    def where(self, home):
        home.type('where')
        found = home.says(r'where (-?\d+) rate ([\d.]+)')
        return int(found[1]), float(found[2])

    def is_in_step(self, box, path, home):
        """Whether the film is where the lesson is, as a stranger would measure it: from outside."""
        def near():
            film_ms, _ = self.where(home)
            lesson = box.get(path)
            lesson_ms = lesson['position_ms'] + time.time() * 1000 - lesson['at_ms']
            return abs(film_ms - lesson_ms) < 500
        self.until(near, 'the film is where the lesson is')

    def test_a_fresh_headset_is_paired_by_hand_and_worn(self):
        box = self.serve()
        box.post('/v1/people', role='student', nickname='DUCHESS', pin='1379')
        folder = self.folder()
        # what Android tells apps: thirty headsets of that name would be one
        home = self.home(folder, 'unknown')
        home.says('find boxes')
        home.says(r'screen Lectern \| Looking for Lectern.*')
        home.type('press key=address', 'press nonsense', 'press key=enter')
        home.says(r'.*\| Nothing answers there.*|.*That is no address.*')
        home.type('press key=back')
        home.says(r'screen Lectern \| Looking.*')
        home.type(f'found {box.url} Lectern')
        home.says(r'screen Lectern \| Which one is it\? \|  \| box=http://127.* address')
        home.type(f'press key=box={box.url}')
        home.says(r'screen Six digits.*_ _ _ _ _ _.*')
        home.type('press 12', 'press key=enter')
        home.says('.*The code has six digits.*')

        home.kill()  # here, where the wearer has chosen a box and not paired
        home = self.home(folder, 'unknown')
        home.says(r'screen Six digits.*127\.0\.0\.1.*')
        home.type('press 000000', 'press key=enter')
        home.says('.*That code is unknown, or older than ten minutes.*')
        home.type('press ' + box.post('/v1/pairing-codes')['code'], 'press key=enter')
        home.says(r'screen .* Who are you.*')
        serial_number = next(one['serial_number'] for one in box.get('/v1/devices')['items']
                             if one['serial_number'].startswith('HOME-'))

        home.type('press DUCHESS', 'press key=enter', 'press 0000', 'press key=enter')
        home.says(r'screen DUCHESS \| Nickname or PIN is wrong\..*')
        home.type('press 1379', 'press key=enter')
        home.says(r'screen DUCHESS \| Wait for your teacher\..*')
        self.assertEqual(box.device(serial_number)['person']['nickname'], 'DUCHESS')
        home.type('press key=hand')
        home.says(r'.*\| The headset is in no lesson\..*')
        path = box.session_of(serial_number)
        box.post(path + '/start')
        home.says('awake')
        home.type('press key=hand')
        home.says('.* lower unwell .*')
        home.type('press key=unwell')
        home.says('.* lower well .*')
        home.type('press key=well', 'press key=lower')
        home.says('.* hand unwell .*')

        home.kill()  # and here, worn: whoever wears it is still signed in
        home = self.home(folder, 'unknown')
        home.says(r'screen DUCHESS \| Wait for your teacher\..*')
        home.type('press key=sign-out')
        home.says(r'screen .* Who are you.*')
        box.call('DELETE', f'/v1/devices/{box.device(serial_number)["id"]}')
        home.says('screen Six digits.*')
        home.type('press ' + box.post('/v1/pairing-codes')['code'], 'press key=enter')
        home.says(r'screen .* Who are you.*')
        self.assertEqual(box.device(serial_number)['serial_number'], serial_number,
                         'it is the same headset as before')

    def test_a_headset_is_given_back_by_its_pin(self):
        box = self.serve()
        home, _, _ = self.paired(box)
        home.type('press key=more')
        home.says(r'screen .*127\.0\.0\.1.*This is a console\..*give-back.*')
        home.type('press key=give-back', *['press 1111', 'press key=enter'] * 5)
        home.says(r'.*\| That PIN is wrong\..*')
        home.type('press 7777', 'press key=enter')
        home.says(r'.*\| Too many tries.*')
        self.assertNotIn('given back', home.lines)

    def test_a_known_serial_number_waits_until_a_teacher_lets_it_in(self):
        box = self.serve()
        self.paired(box)
        other = self.home(self.folder(), 'HOME-TEST')
        other.says('screen Lectern .*')
        other.type(f'set-up {box.url} {box.post("/v1/pairing-codes")["code"]} 7777')
        other.says('screen .*A teacher has to let this headset in.*')
        request = box.get('/v1/pairing-requests')['items'][0]
        box.post(f'/v1/pairing-requests/{request["id"]}/admit')
        other.says('screen .* Who are you.*')
        other.type('press key=more', 'press key=give-back', 'press 7777', 'press key=enter')
        other.says('given back')

    def test_pictures_are_sent_while_somebody_watches(self):
        box = self.serve()
        home, _, serial_number = self.paired(box)
        path = box.session_of(serial_number)
        box.post(path + '/start')
        home.says('awake')
        page = Line(Box(box.url), box.token)
        self.addCleanup(page.close)
        page.send(json.dumps({'type': 'subscribe',
                              'data': {'topic': f'pictures/{box.device(serial_number)["id"]}'}, 'eid': '1'}))

        def next_picture():
            while True:
                while not (frame := page._frame()):
                    page._receive()
                if frame[1] == 2:
                    return frame[2]
        page._socket.settimeout(PATIENCE_S)
        for _ in range(2):
            self.assertTrue(next_picture().endswith(b'\xff\xd8\xff\xd9'))

    def test_the_cable_sets_up_and_gives_back(self):
        box = self.serve()
        home, folder, serial_number = self.paired(box)
        self.assertIn('log: paired as ' + serial_number, home.lines)
        home.type('give-back')
        home.says('given back')
        home.says('screen Lectern .*')
        home.says('log: given back')
        home.kill()
        home = self.home(folder, serial_number)
        home.says('screen Lectern .*')
        home.type(f'set-up {box.url} 000000 7777')
        home.says('log: not paired: That code is unknown, or older than ten minutes.')

    def test_a_lesson_in_which_everything_dies_once(self):
        box = self.serve()
        film = box.upload('reef.mp4', MP4 + bytes(range(256)) * 4000)
        wire = self.wire(box)
        home, folder, serial_number = self.paired(box, wire.url)
        path = box.session_of(serial_number, [self.video_lesson(box, film)])
        box.post('/v1/content-fetches', content_ids=[film['id']],
                 device_ids=[box.device(serial_number)['id']])
        self.until(lambda: list(pathlib.Path(folder, 'content').glob('*.whole')), 'the film is here')

        box.post(path + '/start')
        home.says(r'video load flat file:.*\.whole')
        home.says(r'video play \d{1,4}')
        self.until(lambda: box.counts(path) == {'done': 1}, 'and the box knows')
        self.obeys(box, path, home)

        home.type('event click', 'event click')
        self.until(lambda: box.stored_events(path) == 2, 'two events')

        # Home dies. What it kept comes with the next start, which goes where the lesson is.
        wire.deaf = True
        home.type('event click')
        self.until(lambda: box.stored_events(path) == 3, 'it is stored, and Home does not know')
        home.type('crash', 'event click')
        self.until(lambda: list(pathlib.Path(folder, 'crashes').glob('*.crash')), 'the crash is written down')
        home.kill()
        wire.deaf = False
        home = self.home(folder, serial_number)
        home.says('awake')
        self.is_in_step(box, path, home)
        self.until(lambda: box.stored_events(path) == 5, 'the two clicks once each, and the crash')
        self.assertEqual(list(pathlib.Path(folder, 'crashes').glob('*.crash')), [])

        # The box dies, with an order that never arrived.
        wire.deaf = True
        box.post(path + '/seek', position_ms=300_000)
        box.end(signal.SIGKILL)
        home.says('log: gone: .*')
        wire.deaf = False
        box.start()
        home.says(r'video play 30\d{4}')
        self.is_in_step(box, path, home)

        # The Wi-Fi dies while all eyes are on the teacher, whose time ends meanwhile.
        box.post(path + '/commands', action='eyes_on_me', arguments={'message': 'Listen', 'seconds': 3})
        home.says('curtain: Listen')
        wire.deaf = True
        wire.hang_up()
        home.says('curtain away')
        wire.deaf = False
        home.says(r'video play \d+')  # where the welcome says
        self.is_in_step(box, path, home)

        box.post(path + '/stop')
        home.says('may sleep')
        home.says('closed')
        self.until(lambda: box.counts(path) == {'done': 1}, 'the stop is done')

    def obeys(self, box, path, home):
        box.post(path + '/pause')
        paused = home.says(r'video pause (\d+)')
        self.until(lambda: box.counts(path) == {'done': 1}, 'paused')
        self.assertAlmostEqual(int(paused[1]), box.get(path)['position_ms'], delta=1)
        box.post(path + '/seek', position_ms=100_000)
        home.says('video pause 100000')
        box.post(path + '/resume')
        home.says(r'video play 10[0-4]\d{3}')

        # A film that has slipped a little catches up unnoticed, one that is far off goes there at once.
        home.type('slip -60')
        self.until(lambda: self.where(home)[1] > 1, 'a little faster')
        self.is_in_step(box, path, home)
        home.type('slip 5000')
        home.says(r'video play 10\d{4}')
        self.is_in_step(box, path, home)

        for action, arguments, says in (
                ('message', {'text': 'Well done', 'seconds': 5}, 'message for 5 s: Well done'),
                ('look', {'yaw_deg': -90, 'pitch_deg': 30, 'seconds': 5},
                 'message for 5 s: Look ← to the left, and up ↑'),
                ('identify', {'seconds': 3}, 'identify'), ('volume', {'percent': 30}, 'volume 30'),
                ('brightness', {'percent': 80}, 'brightness 80')):
            box.post(path + '/commands', action=action, arguments=arguments)
            home.says(re.escape(says))
            self.until(lambda: box.counts(path) == {'done': 1}, action)
        box.post(path + '/commands', action='recenter', arguments={})
        self.until(lambda: box.counts(path) == {'failed': 1}, 'what it cannot')
        self.assertEqual(box.get(path + '/commands')['items'][0]['open'][0]['error'],
                         'A console has no straight ahead.')

    def test_apps_and_pages_are_started_and_left(self):
        box = self.serve()
        home, folder, serial_number = self.paired(box)
        lessons = [box.post('/v1/lessons', title='Reef', kind='app', content='org.example.reef/.Main')['id'],
                   box.post('/v1/lessons', title='Page', kind='web',
                            content='https://example.org/reef')['id']]
        path = box.session_of(serial_number, lessons)
        box.post(path + '/start')
        self.until(lambda: box.counts(path) == {'failed': 1}, 'it is not installed')
        self.assertEqual(box.get(path + '/commands')['items'][0]['open'][0]['error'],
                         'org.example.reef is not installed.')

        installed = pathlib.Path(folder, 'installed')
        installed.mkdir()
        (installed / 'org.example.reef').touch()
        box.post(path + '/seek', position_ms=0, lesson_index=0)
        home.says(r'launch org\.example\.reef \.Main '
                  r'\[lectern_box, lectern_position_ms, lectern_run_id, lectern_server_ms\]')
        box.post(path + '/pause')
        self.until(lambda: box.counts(path) == {'failed': 1}, 'Home cannot pause an app, and says so')

        box.post(path + '/start', lesson_index=1)
        home.says('web https://example.org/reef')
        box.post(path + '/commands', action='launch', arguments={'kind': 'app',
            'content': 'org.example.reef'})
        home.says(r'launch org\.example\.reef null .*')
        home.kill()  # the next one is in the launched app, too, and not in the lesson
        home = self.home(folder, serial_number)
        home.says(r'launch org\.example\.reef null .*')
        box.post(path + '/start', lesson_index=1)
        home.says('web https://example.org/reef')
        box.post(path + '/stop')
        home.says('closed')


if __name__ == '__main__':
    if lacking := missing('java', 'javac'):
        print('skipped: no', lacking)
        sys.exit(SKIPPED)
    unittest.main()
