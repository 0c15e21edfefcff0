"""The Java library's rules (RulesTest.java), and a headset of it (Example.java) with the real server, which
is killed in the middle.

LECTERN names the program. Run by ctest as "clients.java"; skipped where there is no Java compiler.
"""
import hashlib
import json
import os
import pathlib
import re
import signal
import ssl
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

from classroom import HERE, JAVA, PATIENCE_S, SKIPPED, Story, Typed, compiled, missing

MP4 = b'\x00\x00\x00\x18ftypmp42' + bytes(12)  # how a film begins


def setUpModule():
    global built
    folder = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(folder.cleanup)
    built = compiled(folder.name, 'core', 'app', 'desktop', 'tests')


def program(name, *words):
    return [*JAVA, '-cp', built, name, *words]


def public_key_of(certificate):
    """The public key in a certificate, found by its place: X.509 has it seventh, the version included."""
    def part(at):
        size, start = certificate[at + 1], at + 2
        if size > 127:
            count = size - 128
            size, start = int.from_bytes(certificate[start:start + count], 'big'), start + count
        return start, start + size
    at = part(part(0)[0])[0]
    for _ in range(6):  # version, number, algorithm, issuer, times, subject
        at = part(at)[1]
    return certificate[at:part(at)[1]]


class Rules(Story):
    def test_the_rules_hold(self):
        ran = subprocess.run(program('lectern.headset.RulesTest', self.folder()), capture_output=True,
                             text=True,
                             timeout=4 * PATIENCE_S)
        self.assertEqual((ran.returncode, ran.stdout.strip()), (0, 'the rules hold'), ran.stderr)

    def test_the_vectors_of_all_languages_hold(self):
        vectors = HERE.parent / 'vectors'
        ran = subprocess.run(program('lectern.headset.VectorsTest', str(vectors), self.folder()),
                             capture_output=True, text=True, timeout=4 * PATIENCE_S)
        self.assertEqual((ran.returncode, ran.stdout.strip()),
                         (0, f'{len(list(vectors.iterdir()))} vectors hold'), ran.stderr)


class Package(Story):
    """What an app's build takes."""

    def built(self):
        folder = self.folder()
        ran = subprocess.run(['sh', str(HERE / 'build_jar.sh'), folder], capture_output=True, text=True,
                             check=True)
        return pathlib.Path(ran.stdout.strip())

    def test_the_same_sources_give_the_same_bytes(self):
        self.assertEqual(self.built().read_bytes(), self.built().read_bytes())

    def test_maven_and_gradle_are_told_what_it_is(self):
        jar = self.built()
        version = (HERE / 'VERSION').read_text().strip()
        self.assertEqual(jar.parts[-5:], ('org', 'lectern', 'lectern-headset', version,
                                          f'lectern-headset-{version}.jar'))
        pom = xml.etree.ElementTree.parse(jar.with_suffix('.pom')).getroot()
        maven = {one.tag.split('}')[1]: one.text for one in pom}
        self.assertEqual((maven['groupId'], maven['artifactId'], maven['version']),
                         ('org.lectern', 'lectern-headset', version))
        gradle = json.loads(jar.with_suffix('.module').read_text())
        self.assertEqual(gradle['component']['version'], version)
        for variant in gradle['variants']:
            file = variant['files'][0]
            self.assertEqual((file['size'], file['sha256']),
                             (jar.stat().st_size, hashlib.sha256(jar.read_bytes()).hexdigest()))
        self.assertIn(f'## {version}', (HERE / 'CHANGELOG.md').read_text())

    def test_the_example_of_the_readme_compiles_against_the_jar_alone(self):
        example = re.search(r'```java\n(.*?)```', (HERE / 'README.md').read_text(), flags=re.S)[1]
        self.assertLessEqual(len(example.splitlines()), 20)
        folder = self.folder()
        source = pathlib.Path(folder, 'App.java')
        source.write_text("""import lectern.headset.*;
            class App {
                static class Player {
                    void follow(Playing playing, double serverMs) {}
                    void dim(String message) {}
                }
                Headset headset;
                void run(java.io.File folder, Player player) throws java.io.IOException {
            """ + example.replace('Headset headset =', 'headset =') + '} }')
        jar = str(self.built())
        ran = subprocess.run(['javac', '--release', '8', '-Xlint:-options', '-cp', jar, '-d', folder,
                              str(source)],
                             capture_output=True, text=True)
        self.assertEqual(ran.returncode, 0, ran.stderr)


class WithTheServer(Story):
    def run_headset(self, url, token, folder=None, environment=None):
        headset = Typed(program('lectern.desktop.Example', 'run', url, token, folder or self.folder()),
                        environment)
        self.addCleanup(headset.close)
        return headset

    def example(self, *words, environment=None):
        return subprocess.run(program('lectern.desktop.Example', *words), capture_output=True, text=True,
                              timeout=4 * PATIENCE_S,
                              env=environment)

    def paired(self, box, serial_number):
        code = box.post('/v1/pairing-codes')['code']
        return self.example('pair', box.url, code, serial_number).stdout.strip()

    def where(self, headset):
        headset.type('where')
        found = headset.says(r'where (\w+) (\w+), round trip \S+, (\d+) events kept')
        return found[1], found[2], int(found[3])

    def test_a_lesson_with_a_kill_in_the_middle(self):
        box = self.serve()
        wrong = self.example('pair', box.url, '000000', 'JAVA-1')
        self.assertEqual((wrong.returncode, wrong.stdout, wrong.stderr[:4]), (1, '', '404 '))
        token = self.paired(box, 'JAVA-1')
        path = box.session_of('JAVA-1')
        box.post('/v1/people', role='student', nickname='Duchess', pin='1379')
        wire = self.wire(box)
        headset = self.run_headset(wire.url, token)

        headset.says('connected')
        headset.type('sign-in Duchess 0000', 'sign-in Duchess 1379')
        headset.says('not signed in: Nickname or PIN is wrong.')
        headset.says('signed in')
        headset.type('sign-out')
        headset.says('nobody')
        headset.type('sign-in Duchess 1379')
        headset.says('worn by Duchess')
        self.obeys(box, path, headset)
        self.asks(headset)
        self.events_arrive_once(box, path, wire, headset)

        # It is back in its lesson, at the place of the seek just before the kill, and has said so.
        self.until(lambda: self.where(headset)[1] == '100000', 'it has done the newest')
        self.until(lambda: box.counts(path) == {'done': 1}, 'and says so')
        box.post(path + '/stop')
        headset.says('nobody')  # so that the next student is not recorded as the last
        headset.says(r'obey stop \d+')
        self.until(lambda: self.where(headset)[0] == 'stopped', 'the lesson is over')
        box.call('DELETE', f'/v1/devices/{box.device("JAVA-1")["id"]}')
        headset.says('unpaired')
        self.assertEqual(headset.process.wait(PATIENCE_S), 0)

    def obeys(self, box, path, headset):
        for act, body in (('start', {}), ('pause', {}), ('resume', {}), ('seek', {'position_ms': 40_000}),
                          ('pause', {})):
            ordered = box.post(f'{path}/{act}', **body)['command']
            headset.says(f'prepare {ordered["action"]}')
            headset.says(f'obey {ordered["action"]} {ordered["number"]}')
            self.until(lambda: box.counts(path) == {'done': 1}, f'{act} is done')
            state, position_ms, _ = self.where(headset)
            self.assertEqual(state, 'paused' if act == 'pause' else 'running')
            if act == 'pause':
                self.assertEqual(int(position_ms), int(box.get(path)['position_ms']))
        self.assertGreaterEqual(int(position_ms), 40_000)

        box.post(path + '/commands', action='identify', arguments={})
        headset.says(r'obey identify \d+')
        self.until(lambda: box.counts(path) == {'done': 1}, 'a blink is done')
        box.post(path + '/commands', action='eyes_on_me', arguments={'message': 'Listen', 'seconds': 3})
        headset.says('held: Listen')
        headset.says('free')  # by itself
        box.post(path + '/commands', action='launch', arguments={'kind': 'app',
            'content': 'org.example.reef'})
        self.until(lambda: box.counts(path) == {'failed': 1}, 'what cannot be done has failed')
        self.assertEqual(box.get(path + '/commands')['items'][0]['open'][0]['error'],
                         'A console launches nothing.')

    def asks(self, headset):
        headset.type('hand Is that a shark?')
        headset.says(r'hand up: Is that a shark\?')
        headset.type('unwell')
        headset.says(r'hand \w+.*, unwell')
        headset.type('well', 'lower')
        headset.says('hand down')

    def events_arrive_once(self, box, path, wire, headset):
        # More events than one batch holds, and one that needs the longest kind of frame.
        headset.type(*['event interaction ' + json.dumps({'target': 'turtle',
                                                          'data': {'text': 'ä€' * 300}})] * 450)
        self.until(lambda: self.where(headset)[2] == 0, 'all are acknowledged')
        self.assertEqual(box.stored_events(path), 450)

        # The box stores what comes, the headset never hears of it; then the box dies.
        wire.deaf = True
        headset.type('event click', 'event click')
        self.until(lambda: box.stored_events(path) == 452, 'they are stored')
        self.assertEqual(self.where(headset)[2], 2)
        box.post(path + '/seek', position_ms=100_000)
        box.end(signal.SIGKILL)
        headset.says('gone: .*')
        headset.type('event click', 'hand Where is it?')
        wire.deaf = False
        box.start()
        headset.says('connected')
        headset.says(r'hand up: Where is it\?')
        self.until(lambda: self.where(headset)[2] == 0, 'all are acknowledged')
        self.assertEqual(box.stored_events(path), 453)

    def test_a_headset_that_dies_loses_no_event(self):
        box = self.serve()
        token, folder = self.paired(box, 'JAVA-2'), self.folder()
        path = box.session_of('JAVA-2')
        wire = self.wire(box)
        headset = self.run_headset(wire.url, token, folder)
        headset.says('connected')
        box.post(path + '/start')
        headset.says(r'obey play \d+')
        wire.deaf = True  # of the first ones the box has stored a batch, and the headset doesn't know
        headset.type(*['event click'] * 3)
        self.until(lambda: box.stored_events(path) == 3, 'they are stored')
        headset.type(*['event click'] * 5)
        self.assertEqual(self.where(headset)[2], 8)
        headset.kill()
        wire.deaf = False
        again = self.run_headset(box.url, token, folder)
        self.until(lambda: box.stored_events(path) == 8, 'the others come with the next start')
        self.until(lambda: self.where(again)[2] == 0, 'and none is left')
        self.assertEqual(box.stored_events(path), 8)

    def test_content_is_fetched_in_pieces_and_checked(self):
        box = self.serve()
        token, folder = self.paired(box, 'JAVA-3'), self.folder()
        film = MP4 + bytes(range(256)) * 12_000  # three pieces
        content = box.upload('reef.mp4', film)
        sha256 = hashlib.sha256(film).hexdigest()
        wire = self.wire(box)
        wire.cut_at = len(film) // 2
        headset = self.run_headset(wire.url, token, folder)
        headset.says('connected')
        device = box.device('JAVA-3')['id']
        box.post('/v1/content-fetches', content_ids=[content['id']], device_ids=[device])
        headset.says('wanted: 1')
        part = pathlib.Path(folder, 'content', sha256 + '.part')
        headset.says('gone: .*')
        headset.says('connected')
        whole = part.with_suffix('.whole')
        self.until(whole.exists, 'it is fetched')
        self.assertLess(wire.carried, len(film) * 1.3, 'it went on where it was, and did not begin again')
        self.assertEqual(whole.read_bytes(), film)
        state = lambda: [one['state'] for one in box.get(f'/v1/content-fetches?device={device}')['items']]
        self.until(lambda: state() == ['whole'], 'and the box knows')

        # What was damaged on the way is thrown away, said so, and fetched when the teacher asks again.
        headset.kill()
        other = MP4 + film[::-1]
        other_content = box.upload('feer.mp4', other)
        damaged = part.with_name(hashlib.sha256(other).hexdigest() + '.part')
        damaged.write_bytes(MP4 + b'x' * 1000)
        headset = self.run_headset(box.url, token, folder)
        headset.says('connected')
        box.post('/v1/content-fetches', content_ids=[other_content['id']], device_ids=[device])
        self.until(lambda: sorted(state()) == ['failed', 'whole'], 'the damaged file is no file')
        self.assertFalse(damaged.exists() or damaged.with_suffix('.whole').exists())
        box.post('/v1/content-fetches', content_ids=[other_content['id']], device_ids=[device])
        self.until(lambda: state() == ['whole', 'whole'], 'then it is')
        self.assertEqual(damaged.with_suffix('.whole').read_bytes(), other)

    def test_over_tls_only_the_authority_or_the_pinned_key_is_believed(self):
        folder = self.folder()
        subprocess.run([os.environ['LECTERN'], 'certificate', '--out', folder, '--address', '127.0.0.1'],
                       check=True,
                       stdout=subprocess.DEVNULL)
        box = self.serve('--tls-cert', folder + '/server.pem', '--tls-key', folder + '/server-key.pem',
                         authority=folder + '/authority.pem')
        trusting = {**os.environ, 'LECTERN_AUTHORITY': folder + '/authority.pem'}
        code = box.post('/v1/pairing-codes')['code']
        stranger = self.example('pair', box.url, code, 'JAVA-4')
        self.assertEqual((stranger.returncode, stranger.stdout), (1, ''))
        token = self.example('pair', box.url, code, 'JAVA-4', environment=trusting).stdout.strip()
        headset = self.run_headset(box.url, token, environment=trusting)
        headset.says('connected')
        headset.says('in no lesson')
        headset.close()
        self.run_headset(box.url, token).says('log: no connection: .*path building failed.*')
        # The same box by a name that is not in its certificate.
        other_name = box.url.replace('127.0.0.1', 'localhost')
        self.run_headset(other_name, token,
                         environment=trusting).says('log: no connection: No .*name matching localhost.*')

        # Its key alone, under any name; and no other key.
        shown = self.example('key', box.url).stdout.strip()
        server = ssl.get_server_certificate(('127.0.0.1', box.port))
        self.assertEqual(shown, hashlib.sha256(public_key_of(ssl.PEM_cert_to_DER_cert(server))).hexdigest())
        pinned = self.run_headset(other_name, token, environment={**os.environ, 'LECTERN_KEY': shown})
        pinned.says('connected')
        pinned.close()
        self.run_headset(box.url, token, environment={**os.environ, 'LECTERN_KEY': '0' * 64}).says(
            'log: no connection: another box answers: its key is ' + shown)
        code = box.post('/v1/pairing-codes')['code']
        by_key = self.example('pair', other_name, code, 'JAVA-5',
                              environment={**os.environ, 'LECTERN_KEY': shown})
        self.assertEqual(by_key.returncode, 0, by_key.stderr)


if __name__ == '__main__':
    if lacking := missing('java', 'javac'):
        print('skipped: no', lacking)
        sys.exit(SKIPPED)
    unittest.main()
