"""The C# client: compiled, its rules, and the example as a headset of the real server, which is killed in the middle of a lesson.

LECTERN names the program. Run by ctest as "clients.csharp"; without a compiler it says so and exits with 77, which is a skip.
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
import tarfile
import tempfile
import threading
import time
import unittest
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
CLIENT = sorted(str(path) for path in HERE.glob('Runtime/Lectern*.cs'))
BUILT = None  # a temporary folder: no build output stays in the tree


def compiled(source):
    program = pathlib.Path(BUILT) / (pathlib.Path(source).stem + '.exe')
    if not program.exists():
        subprocess.run(['mcs', '-warnaserror', '-warn:4', f'-out:{program}', str(HERE / source), *CLIENT], check=True)
    return ['mono', str(program)]


class Rules(unittest.TestCase):
    def test_the_table_of_rules_holds(self):
        with tempfile.TemporaryDirectory() as folder:
            out = subprocess.run(compiled('RulesTest.cs') + [folder], capture_output=True, text=True, timeout=60)
        self.assertEqual(out.returncode, 0, out.stdout + out.stderr)

    def test_the_vectors_of_all_languages_hold(self):
        vectors = HERE.parent / 'vectors'
        with tempfile.TemporaryDirectory() as folder:
            out = subprocess.run(compiled('VectorsTest.cs') + [str(vectors), folder], capture_output=True, text=True, timeout=60)
        self.assertEqual((out.returncode, out.stdout.strip()), (0, f'{len(list(vectors.iterdir()))} vectors hold'), out.stderr)


UNITY = '''
using System;
namespace UnityEngine
{
    public class SerializeField : Attribute { }
    public class MonoBehaviour { }
    public class GameObject { public void SetActive(bool value) { } }
    public static class Debug { public static void Log(object text) { } }
    public static class Time { public static float unscaledTime { get { return 0; } } }
    public static class SystemInfo
    {
        public static string deviceUniqueIdentifier { get { return ""; } }
        public static string deviceModel { get { return ""; } }
        public static float batteryLevel { get { return 1; } }
    }
    public static class PlayerPrefs
    {
        public static string GetString(string key, string otherwise) { return otherwise; }
        public static void SetString(string key, string value) { }
        public static void DeleteKey(string key) { }
    }
    public static class Application
    {
        public static string persistentDataPath { get { return ""; } }
        public static string identifier { get { return ""; } }
        public static string version { get { return ""; } }
    }
    public class AndroidJavaObject : IDisposable
    {
        public T Call<T>(string name, params object[] given) { return default(T); }
        public void Dispose() { }
    }
    public class AndroidJavaClass : AndroidJavaObject
    {
        public AndroidJavaClass(string name) { }
        public T GetStatic<T>(string name) { return default(T); }
    }
}
namespace UnityEngine.Video
{
    public class VideoPlayer
    {
        public string url { get; set; }
        public double time { get; set; }
        public float playbackSpeed { get; set; }
        public bool isPlaying { get { return false; } }
        public void Play() { }
        public void Pause() { }
        public void Stop() { }
    }
}
'''  # as much of Unity as the sample asks for
PLAYER = '''
internal static class Player
{
    public static double PositionMs { get { return 0; } }
    public static void Load(Dictionary<string, object> lesson) { }
    public static void Follow(string state, double positionMs) { }
    public static void Dim(bool isDim) { }
}
'''


class Package(unittest.TestCase):
    def folder(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        return pathlib.Path(folder.name)

    def packed(self):
        ran = subprocess.run([sys.executable, '-B', str(HERE / 'build_package.py'), str(self.folder())], check=True,
                             capture_output=True, text=True)
        return pathlib.Path(ran.stdout.strip())

    def unpacked(self):
        folder = self.folder()
        with tarfile.open(self.packed()) as archive:
            archive.extractall(folder, filter='data')
        return folder / 'package'

    def library(self, sources, *more):
        out = self.folder() / 'out.dll'
        ran = subprocess.run(['mcs', '-target:library', '-warnaserror', '-nowarn:649,414', f'-out:{out}', *more, *map(str, sources)],
                             capture_output=True, text=True)
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)

    def test_the_same_sources_give_the_same_bytes(self):
        self.assertEqual(self.packed().read_bytes(), self.packed().read_bytes())

    def test_each_asset_has_an_id_of_its_own(self):
        package = self.unpacked()
        paths = [path for path in package.rglob('*') if path.suffix != '.meta' and path.name != 'Samples~']
        ids = {re.search('guid: ([0-9a-f]{32})', pathlib.Path(f'{path}.meta').read_text())[1] for path in paths}
        self.assertEqual(len(ids), len(paths))
        self.assertTrue((package / 'LICENSE.md').exists())
        manifest = json.loads((package / 'package.json').read_text())
        self.assertIn(f'## {manifest["version"]}', (package / 'CHANGELOG.md').read_text())
        for sample in manifest['samples']:
            self.assertTrue(list((package / sample['path']).glob('*.asmdef')), sample)
        self.assertIn('Lectern.Headset', (package / 'Samples~/Classroom/Lectern.Headset.Classroom.asmdef').read_text())

    def test_the_sample_compiles_on_android_and_elsewhere(self):
        package = self.unpacked()
        stubs = self.folder() / 'Unity.cs'
        stubs.write_text(UNITY)
        sources = [*package.rglob('*.cs'), stubs]
        self.library(sources)
        self.library(sources, '-define:UNITY_ANDROID')

    def test_the_readmes_example_compiles(self):
        example = re.search(r'```csharp\n(.*?)```', (HERE / 'README.md').read_text(), re.S)[1]
        self.assertLessEqual(len([line for line in example.splitlines() if line]), 20)
        source = self.folder() / 'App.cs'
        source.write_text('using System;using System.Collections.Generic;using Lectern;' + PLAYER + 'class App { void Run(string folder) {'
                          + example.replace('player.', 'Player.').replace('double? speed =', '_speed =') + '} double? _speed; }')
        self.library([source, *CLIENT])


class Box:
    """The server, which comes back at the same address."""

    def __init__(self, folder, *more):
        self.folder, self.more, self.port, self.token = folder, more, 0, None
        self.context = ssl.create_default_context(cafile=f'{folder}/tls/authority.pem') if more else None
        self.start()
        self.token = self.call('POST', '/v1/logins', username='demo', password='demo-demo')['token']

    def start(self):
        self.process = subprocess.Popen(
            [os.environ['LECTERN'], 'serve', '--data', self.folder + '/data', '--listen', f'127.0.0.1:{self.port}', '--demo', *self.more],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for line in self.process.stdout:
            if found := re.search(r'listening on (https?://127\.0\.0\.1:(\d+))', line):
                self.url, self.port = found[1], int(found[2])
                threading.Thread(target=self.process.stdout.read, daemon=True).start()
                return
        raise RuntimeError('the server does not start')

    def end(self, number):
        self.process.send_signal(number)
        self.process.wait(20)
        self.process.stdout.close()

    def call(self, method, path, **body):
        headers = {'Content-Type': 'application/json', **({'Authorization': 'Bearer ' + self.token} if self.token else {})}
        request = urllib.request.Request(self.url + path, json.dumps(body).encode() if method != 'GET' else None, headers, method=method)
        with urllib.request.urlopen(request, timeout=20, context=self.context) as answer:
            return json.loads(answer.read() or b'null')

    def session_of(self, serial_number):
        """Makes a session with only this headset in it. Returns its path."""
        device = next(one for one in self.call('GET', '/v1/devices')['items'] if one['serial_number'] == serial_number)
        room = self.call('POST', '/v1/rooms', name='Room of one', rows=1, places=1)
        seat = self.call('GET', f'/v1/rooms/{room["id"]}')['seats'][0]
        self.call('PATCH', f'/v1/seats/{seat["id"]}', device_id=device['id'])
        session = self.call('POST', '/v1/sessions', title='By C#', room_id=room['id'], lesson_ids=[])
        return f'/v1/sessions/{session["id"]}'


class Wire:
    """Between the headset and the box. While it is deaf, the box's answers are lost."""

    def __init__(self, box):
        self.box, self.deaf = box, False
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.url = f'http://127.0.0.1:{self.listener.getsockname()[1]}'
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(('127.0.0.1', self.box.port))
            except OSError:
                near.close()
                continue
            lines = [threading.Thread(target=self._carry, args=ends, daemon=True) for ends in ((near, far, False), (far, near, True))]
            threading.Thread(target=self._close, args=(lines, near, far), daemon=True).start()

    def _carry(self, source, target, is_answer):
        try:
            while data := source.recv(65536):
                if not (is_answer and self.deaf):
                    target.sendall(data)
        except OSError:
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    @staticmethod
    def _close(lines, *ends):
        for line in lines:
            line.start()
        for line in lines:
            line.join()
        for end in ends:
            end.close()

    def end(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


class Example:
    """The example as a process; its output is a list of lines."""

    def __init__(self, *words):
        self.lines, self.news = [], threading.Condition()
        self.process = subprocess.Popen(compiled('Example.cs') + list(words), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.thread = threading.Thread(target=self._listen)
        self.thread.start()

    def _listen(self):
        for line in self.process.stdout:
            with self.news:
                self.lines.append(line.rstrip('\n'))
                self.news.notify_all()

    def say(self, line):
        self.process.stdin.write(line + '\n')
        self.process.stdin.flush()

    def hears(self, pattern, after=0):
        """Waits for the first matching line from there on. Returns the match, with `place`."""
        fits = lambda: next(((found, place) for place, line in enumerate(self.lines[after:], after) if (found := re.fullmatch(pattern, line))), None)
        with self.news:
            if not self.news.wait_for(fits, 30):
                raise AssertionError(f'never: {pattern}\n' + '\n'.join(self.lines))
            return fits()

    def end(self):
        if self.process.poll() is None:
            self.say('quit')
        self.process.wait(20)
        self.thread.join()
        self.process.stdin.close()
        self.process.stdout.close()


class WithTheServer(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def box_is(self, *more):
        box = Box(self.folder, *more)
        self.addCleanup(lambda: box.end(signal.SIGTERM))
        return box

    def headset_is(self, *words):
        headset = Example('run', *words)
        self.addCleanup(headset.end)
        return headset

    def pair(self, box, *more):
        code = box.call('POST', '/v1/pairing-codes')['code']
        return subprocess.run(compiled('Example.cs') + ['pair', box.url, code, 'CS-1', *more],
                              capture_output=True, text=True, timeout=60, check=True).stdout.strip()

    def until(self, condition, what):
        end = time.monotonic() + 30
        while time.monotonic() < end:
            if condition():
                return
            time.sleep(0.05)
        self.fail('never: ' + what)

    def until_done(self, box, path, number):
        def is_done():
            newest = box.call('GET', path + '/commands')['items'][0]
            return newest['number'] == number and newest['counts']['done'] == 1
        self.until(is_done, f'the box counts command {number} as done')

    def test_a_lesson_with_a_kill_in_the_middle(self):
        box = self.box_is()
        token = self.pair(box)
        path = box.session_of('CS-1')
        wire = Wire(box)
        self.addCleanup(wire.end)
        headset = self.headset_is(wire.url, token)
        headset.hears('clock')

        box.call('POST', path + '/start')
        headset.hears(r'prepare play .*')
        headset.hears(r'act play number=1 position_ms=\d+ late_ms=-?[\d.]+')
        self.until_done(box, path, 1)

        box.call('POST', path + '/seek', position_ms=100_000)
        found, _ = headset.hears(r'act seek number=2 position_ms=(\d+) late_ms=([-\d.]+)')
        self.assertAlmostEqual(int(found[1]), 100_000 + float(found[2]), delta=2)
        self.until_done(box, path, 2)
        self.pauses_at_the_position(box, headset, path, 3)
        box.call('POST', path + '/resume')
        headset.hears(r'act resume number=4 .*')
        self.until_done(box, path, 4)
        headset.hears(r'events made=\d+ acknowledged=[1-9]\d* given_up=0')

        # The box has stored a batch and the headset does not know; nor does it know of the seek.
        wire.deaf = True
        before = self.stored_events(box, path)
        self.until(lambda: self.stored_events(box, path) > before, 'a batch is stored')
        box.call('POST', path + '/seek', position_ms=200_000)
        sought = time.monotonic()
        box.end(signal.SIGKILL)
        wire.deaf = False
        _, gone = headset.hears('gone')
        box.start()
        found, back = headset.hears(r'state running position_ms=(\d+)', gone)
        self.assertLess(abs(int(found[1]) - 200_000 - (time.monotonic() - sought) * 1000), 1000)
        self.until_done(box, path, 5)
        headset.say('hand Is that a shark?')
        headset.hears('hand raised=True unwell=False', back)

        self.pauses_at_the_position(box, headset, path, 6)
        self.every_event_is_there_once(box, headset, path)
        box.call('POST', path + '/stop')
        headset.hears(r'act stop number=7 .*')
        self.until_done(box, path, 7)

    def pauses_at_the_position(self, box, headset, path, number):
        box.call('POST', path + '/pause')
        found, _ = headset.hears(rf'act pause number={number} position_ms=(\d+) late_ms=[-\d.]+')
        self.until_done(box, path, number)
        newest = box.call('GET', path + '/commands')['items'][0]
        self.assertAlmostEqual(int(found[1]), newest['position_ms'], delta=1)

    @staticmethod
    def stored_events(box, path):
        session = path.rsplit('/', 1)[1]
        return sum(run['events'] for run in box.call('GET', f'/v1/runs?session={session}')['items'])

    def every_event_is_there_once(self, box, headset, path):
        """While it is paused, no more are made."""
        def counts():
            return next(found.groups() for line in reversed(headset.lines)
                        if (found := re.fullmatch(r'events made=(\d+) acknowledged=(\d+) given_up=0', line)))
        self.until(lambda: counts()[0] == counts()[1], 'all events are acknowledged')
        self.assertEqual(self.stored_events(box, path), int(counts()[0]))

    def test_who_wears_it_and_how_they_are(self):
        box = self.box_is()
        student = box.call('POST', '/v1/people', role='student', nickname='Grace', pin='2468')
        token = self.pair(box)
        path = box.session_of('CS-1')
        headset = self.headset_is(box.url, token)
        headset.hears('clock')
        box.call('POST', path + '/start')
        headset.hears(r'act play .*')

        headset.say('sign-in Grace 0000')
        headset.hears('sign-in: Unauthorized .*')
        headset.say('sign-in Grace 2468')
        headset.hears('person Grace')
        headset.hears('sign-in: done')
        device = lambda: next(one for one in box.call('GET', '/v1/devices')['items'] if one['serial_number'] == 'CS-1')
        self.assertEqual(device()['person']['id'], student['id'])
        self.assertEqual(device()['app'], 'Example.exe')
        headset.say('unwell')
        _, unwell = headset.hears('hand raised=False unwell=True')
        headset.say('well')
        headset.hears('hand raised=False unwell=False', unwell)
        headset.say('sign-out')
        headset.hears('sign-out: done')

        box.call('DELETE', f'/v1/devices/{device()["id"]}')
        headset.hears('unpaired')
        headset.process.wait(20)

    def test_a_certificate_is_trusted_by_itself_and_no_other(self):
        for place in ('tls', 'other'):
            subprocess.run([os.environ['LECTERN'], 'certificate', '--out', f'{self.folder}/{place}', '--name', 'localhost', '--address', '127.0.0.1'],
                           check=True, stdout=subprocess.DEVNULL)
        own = self.folder + '/tls/server.pem'
        box = self.box_is('--tls-cert', own, '--tls-key', self.folder + '/tls/server-key.pem')
        token = self.pair(box, own)
        path = box.session_of('CS-1')
        headset = self.headset_is(box.url, token, own)
        headset.hears('clock')
        box.call('POST', path + '/start')
        headset.hears(r'act play number=1 .*')
        self.until_done(box, path, 1)
        headset.hears(r'events made=\d+ acknowledged=[1-9]\d* given_up=0')
        for stranger in ([], [self.folder + '/other/server.pem'], [self.folder + '/other/authority.pem']):
            refused = self.headset_is(box.url, token, *stranger)
            refused.hears("problem the box's certificate is not trusted")
            self.assertNotIn('connected', refused.lines)


if __name__ == '__main__':
    if not shutil.which('mcs') or not shutil.which('mono'):
        print('skipped: no mcs')
        sys.exit(77)
    with tempfile.TemporaryDirectory() as BUILT:
        unittest.main()
