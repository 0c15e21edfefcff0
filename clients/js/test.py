"""The JavaScript package: compiled, its rules (vectors.test.mjs), and a headset of it (example.mjs) with the real server,
which is killed in the middle.

LECTERN names the program. Run by ctest as "clients.js"; skipped where there is no Node or web/ is not installed.
"""
import hashlib
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tarfile
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / 'home'))  # what the tests of all clients share
from classroom import PATIENCE_S, SKIPPED, Story, Typed, missing  # noqa: E402

TSC = HERE.parents[1] / 'web/node_modules/.bin/tsc'
NODE = ['node', '--no-warnings', '--experimental-websocket']
MP4 = b'\x00\x00\x00\x18ftypmp42' + bytes(12)  # how a film begins


def setUpModule():
    global built
    folder = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(folder.cleanup)
    built = folder.name
    subprocess.run([str(TSC), '-p', str(HERE), '--outDir', built], check=True)
    pathlib.Path(built, 'package.json').write_text('{"type": "module"}')


class Rules(unittest.TestCase):
    def test_the_vectors_of_all_languages_hold(self):
        ran = subprocess.run([*NODE, '--test', str(HERE / 'vectors.test.mjs')], capture_output=True, text=True,
                             env={**os.environ, 'LECTERN_JS': built}, timeout=4 * PATIENCE_S)
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        self.assertRegex(ran.stdout, rf'# pass {len(list((HERE.parent / "vectors").iterdir()))}\n')


class Package(Story):
    def packed(self):
        ran = subprocess.run(['sh', str(HERE / 'build_package.sh'), self.folder()], capture_output=True, text=True,
                             check=True)
        return pathlib.Path(ran.stdout.strip())

    def test_the_package_is_whole_and_the_same_from_the_same_sources(self):
        package = self.packed()
        self.assertEqual(package.read_bytes(), self.packed().read_bytes())
        with tarfile.open(package) as archive:
            names = {name.removeprefix('package/') for name in archive.getnames()}
            folder = self.folder()
            archive.extractall(folder, filter='data')
        self.assertLessEqual({'LICENSE', 'README.md', 'CHANGELOG.md', 'package.json', 'dist/index.js', 'dist/node.js'}, names)
        package = json.loads(pathlib.Path(folder, 'package/package.json').read_text())
        self.assertIn(f'## {package["version"]}', (HERE / 'CHANGELOG.md').read_text())
        self.assertNotIn('dependencies', package)
        self.types_of_the_readmes_example(folder)

    def types_of_the_readmes_example(self, folder):
        """An app in TypeScript, which finds the package as npm puts it."""
        example = re.search(r'```js\n(.*?)```', (HERE / 'README.md').read_text(), re.S)[1]
        self.assertLessEqual(len([line for line in example.splitlines() if line.strip()]), 20)
        app = pathlib.Path(folder, 'app')
        (app / 'node_modules').mkdir(parents=True)
        os.symlink(pathlib.Path(folder, 'package'), app / 'node_modules/lectern-headset')
        # TypeScript wants to be told the type of what is named in its own making.
        (app / 'app.mts').write_text(example.replace('const headset =', 'const headset: Headset ='))
        ran = subprocess.run([str(TSC), '--noEmit', '--strict', '--target', 'es2022', '--module', 'nodenext',
                              str(app / 'app.mts')], capture_output=True, text=True)
        self.assertEqual(ran.returncode, 0, ran.stdout)


class WithTheServer(Story):
    def run_headset(self, url, token, folder=None):
        headset = Typed([*NODE, str(HERE / 'example.mjs'), built, 'run', url, token, folder or self.folder()])
        self.addCleanup(headset.close)
        return headset

    def paired(self, box, serial_number):
        code = box.post('/v1/pairing-codes')['code']
        return subprocess.run([*NODE, str(HERE / 'example.mjs'), built, 'pair', box.url, code, serial_number], check=True,
                              capture_output=True, text=True).stdout.strip()

    def where(self, headset):
        headset.type('where')
        found = headset.says(r'where (\w+) (\d+), (\d+) events kept')
        return found[1], int(found[2]), int(found[3])

    def test_a_lesson_with_a_kill_in_the_middle(self):
        box = self.serve()
        token = self.paired(box, 'JS-1')
        path = box.session_of('JS-1')
        box.post('/v1/people', role='student', nickname='Duchess', pin='1379')
        wire = self.wire(box)
        headset = self.run_headset(wire.url, token)
        headset.says('connected')
        headset.type('sign-in Duchess 0000')
        headset.says('sign-in: Nickname or PIN is wrong.')
        headset.type('sign-in Duchess 1379')
        headset.says('worn by Duchess')
        self.obeys(box, path, headset)
        headset.type('hand Is that a shark?')
        headset.says(r'hand up: Is that a shark\?')
        headset.type('unwell')
        headset.says(r'hand up.*, unwell')
        headset.type('well', 'lower')
        headset.says('hand down')
        self.events_arrive_once(box, path, wire, headset)
        self.until(lambda: abs(self.where(headset)[1] - 100_000) < 2, 'it has done the newest')
        self.until(lambda: box.counts(path) == {'done': 1}, 'and says so')
        box.post(path + '/stop')
        headset.says(r'obey stop \d+')
        self.until(lambda: self.where(headset)[0] in ('stopped', 'nowhere'), 'the lesson is over')
        box.call('DELETE', f'/v1/devices/{box.device("JS-1")["id"]}')
        headset.says('unpaired')
        self.assertEqual(headset.process.wait(PATIENCE_S), 0)

    def obeys(self, box, path, headset):
        for act, body in (('start', {}), ('pause', {}), ('resume', {}), ('seek', {'position_ms': 40_000}), ('pause', {})):
            ordered = box.post(f'{path}/{act}', **body)['command']
            headset.says(f'prepare {ordered["action"]}')
            headset.says(f'obey {ordered["action"]} {ordered["number"]}')
            self.until(lambda: box.counts(path) == {'done': 1}, f'{act} is done')
        self.assertAlmostEqual(self.where(headset)[1], box.get(path)['position_ms'], delta=1)
        box.post(path + '/commands', action='launch', arguments={'kind': 'app', 'content': 'org.example.reef'})
        self.until(lambda: box.counts(path) == {'failed': 1}, 'what cannot be done has failed')
        self.assertEqual(box.get(path + '/commands')['items'][0]['open'][0]['error'], 'A console launches nothing.')
        self.until(lambda: box.device('JS-1')['battery'] == 81, 'it has reported')

    def events_arrive_once(self, box, path, wire, headset):
        headset.type(*['event interaction'] * 700)  # more than a batch holds
        self.until(lambda: self.where(headset)[2] == 0, 'all are acknowledged')
        self.assertEqual(box.stored_events(path), 700)
        # The box stores what comes, the headset never hears of it; then the box dies.
        wire.deaf = True
        headset.type('event click', 'event click')
        self.until(lambda: box.stored_events(path) == 702, 'they are stored')
        self.assertEqual(self.where(headset)[2], 2)
        box.post(path + '/seek', position_ms=100_000)
        box.end(signal.SIGKILL)
        headset.says('gone')
        headset.type('event click', 'hand Where is it?')
        wire.deaf = False
        box.start()
        headset.says('connected')
        headset.says(r'hand up: Where is it\?')
        self.until(lambda: self.where(headset)[2] == 0, 'all are acknowledged')
        self.assertEqual(box.stored_events(path), 703)

    def test_a_headset_that_dies_loses_no_batch(self):
        box = self.serve()
        token, folder = self.paired(box, 'JS-2'), self.folder()
        path = box.session_of('JS-2')
        wire = self.wire(box)
        headset = self.run_headset(wire.url, token, folder)
        headset.says('connected')
        box.post(path + '/start')
        headset.says(r'obey play \d+')
        wire.deaf = True  # the box stores this batch, and the headset doesn't know
        headset.type('event click')
        self.until(lambda: box.stored_events(path) == 1, 'it is stored')
        headset.type('event click')
        self.until(lambda: len(list(pathlib.Path(folder, 'events').iterdir())) == 2, 'it is kept')
        headset.kill()
        again = self.run_headset(box.url, token, folder)
        again.says('connected')
        self.until(lambda: box.stored_events(path) == 2, 'both are stored, each once')
        self.until(lambda: self.where(again)[2] == 0, 'none is left')
        self.assertEqual(box.stored_events(path), 2)

    def test_content_is_fetched_in_pieces_and_checked(self):
        box = self.serve()
        token, folder = self.paired(box, 'JS-3'), self.folder()
        film = MP4 + bytes(range(256)) * 12_000  # three pieces
        content = box.upload('reef.mp4', film)
        wire = self.wire(box)
        wire.cut_at = len(film) // 2
        headset = self.run_headset(wire.url, token, folder)
        headset.says('connected')
        device = box.device('JS-3')['id']
        box.post('/v1/content-fetches', content_ids=[content['id']], device_ids=[device])
        whole = pathlib.Path(folder, 'content', hashlib.sha256(film).hexdigest() + '.whole')
        self.until(whole.exists, 'it is fetched')
        self.assertLess(wire.carried, len(film) * 1.3, 'it went on where it was, and did not begin again')
        self.assertEqual(whole.read_bytes(), film)
        headset.type(f'find /v1/content/{content["id"]}/file')
        self.assertEqual(headset.says('found (.*)')[1], str(whole))
        state = lambda: sorted(one['state'] for one in box.get(f'/v1/content-fetches?device={device}')['items'])
        self.until(lambda: state() == ['whole'], 'and the box knows')

        # What was damaged is thrown away, said so, and fetched when the teacher asks again.
        other = MP4 + film[::-1]
        other_content = box.upload('feer.mp4', other)
        damaged = whole.with_name(hashlib.sha256(other).hexdigest() + '.part')
        damaged.write_bytes(MP4 + b'x' * 1000)
        box.post('/v1/content-fetches', content_ids=[other_content['id']], device_ids=[device])
        self.until(lambda: state() == ['failed', 'whole'], 'the damaged file is no file')
        self.assertFalse(damaged.exists() or damaged.with_suffix('.whole').exists())
        box.post('/v1/content-fetches', content_ids=[other_content['id']], device_ids=[device])
        self.until(lambda: state() == ['whole', 'whole'], 'then it is')
        self.assertEqual(damaged.with_suffix('.whole').read_bytes(), other)


if __name__ == '__main__':
    if lacking := missing('node', 'npm') or (None if TSC.exists() else 'web/node_modules'):
        print('skipped: no', lacking)
        sys.exit(SKIPPED)
    unittest.main()
