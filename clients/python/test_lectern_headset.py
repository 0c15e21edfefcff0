"""The client with the real server, which is killed in the middle of a lesson.

LECTERN names the program. Run by ctest as "clients.python", together with test_vectors.py and test_package.py.
"""
import hashlib
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import threading
import time
import unittest

from lectern_headset import Answer, Box, CannotObey, Content, Headset, HeadsetApp, Line, Refused, Unpaired
from lectern_headset.box import public_key_of
from lectern_headset.events import EventStore

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.append(str(HERE.parent / 'home'))  # what the tests of all clients share
from classroom import PATIENCE_S, Story  # noqa: E402

MP4 = b'\x00\x00\x00\x18ftypmp42' + bytes(12)  # how a film begins


class Recorded(HeadsetApp):
    """An app that remembers what it was told."""

    def __init__(self):
        self.told, self.changed = [], threading.Condition()

    def tell(self, *what):
        with self.changed:
            self.told.append(what)
            self.changed.notify_all()

    def obey(self, command):
        if command['action'] == 'launch':
            raise CannotObey('A test launches nothing.')
        if command['action'] == 'volume':
            raise ZeroDivisionError('a fault of the app')
        self.tell('obey', command['action'], command['number'])

    def prepare(self, command, at_own_ms):
        self.tell('prepare', command['action'])

    def hold(self, message):
        self.tell('hold', message)

    def connected(self, is_connected, why):
        self.tell('connected', is_connected)

    def person(self, person):
        self.tell('person', person and person['nickname'])

    def hand(self, hand):
        self.tell('hand', hand['raised'], hand['question'], hand['unwell'])

    def pictures(self, plan):
        self.tell('pictures', plan['interval_ms'] > 0)

    def unpaired(self):
        self.tell('unpaired')

    def log(self, text):
        self.tell('log', text)

    def capabilities(self):
        return ['play', 'pause', 'resume', 'seek', 'stop', 'eyes_on_me']

    def report(self):
        return {'battery': 81, 'app': 'org.example.test', 'app_version': '1'}


class WithTheServer(Story):
    def headset(self, box, token, folder=None, **more):
        app = Recorded()
        headset = Headset(box, token, app, folder or self.folder(), **more)
        content = Content(headset, self.folder())
        content.start()
        headset.start()
        self.addCleanup(content.stop)
        self.addCleanup(headset.stop)
        return headset, app

    def hears(self, app, *what):
        """Waits until it is told that, and forgets what came before."""
        with app.changed:
            if not app.changed.wait_for(lambda: what in app.told, PATIENCE_S):
                self.fail(f'never told {what}: {app.told}')
            del app.told[:app.told.index(what) + 1]

    def paired(self, box, serial_number):
        return Box(box.url).pair(box.post('/v1/pairing-codes')['code'], serial_number, 'Python').token

    def test_a_lesson_with_a_kill_in_the_middle(self):
        box = self.serve()
        token = self.paired(box, 'PY-1')
        path = box.session_of('PY-1')
        box.post('/v1/people', role='student', nickname='Duchess', pin='1379')
        wire = self.wire(box)
        headset, app = self.headset(wire.url, token)
        self.hears(app, 'connected', True)
        answers = []
        headset.sign_in('Duchess', '0000', answers.append)
        headset.sign_in('Duchess', '1379', answers.append)
        self.hears(app, 'person', 'Duchess')
        self.until(lambda: len(answers) == 2, 'both are answered')
        self.assertEqual([answer.error for answer in answers], ['Unauthorized', None])
        self.assertEqual(answers[0].message, 'Nickname or PIN is wrong.')
        self.obeys(box, path, headset, app)
        self.asks(headset, app)
        self.events_arrive_once(box, path, wire, headset, app)
        box.post(path + '/stop')
        self.until(lambda: headset.playing() is None or headset.playing().state == 'stopped', 'it stops')
        box.call('DELETE', f'/v1/devices/{box.device("PY-1")["id"]}')
        self.hears(app, 'unpaired')

    def obeys(self, box, path, headset, app):
        self.until(lambda: headset.time.round_trip_ms is not None, 'the time is known')
        for act, body in (('start', {}), ('pause', {}), ('resume', {}), ('seek', {'position_ms': 40_000}), ('pause', {})):
            ordered = box.post(f'{path}/{act}', **body)['command']
            self.hears(app, 'prepare', ordered['action'])
            self.hears(app, 'obey', ordered['action'], ordered['number'])
            self.until(lambda: box.counts(path) == {'done': 1}, f'{act} is done')
        self.assertEqual(int(headset.position_ms()), int(box.get(path)['position_ms']))
        box.post(path + '/commands', action='eyes_on_me', arguments={'message': 'Listen', 'seconds': 3})
        self.hears(app, 'hold', 'Listen')
        self.hears(app, 'hold', None)  # by itself
        for action, arguments, why in (('launch', {'kind': 'app', 'content': 'org.example.reef'}, 'A test launches nothing.'),
                                       ('volume', {'percent': 3}, "The app has failed: ZeroDivisionError('a fault of the app')")):
            box.post(path + '/commands', action=action, arguments=arguments)
            self.until(lambda: box.counts(path) == {'failed': 1}, 'what cannot be done has failed')
            self.assertEqual(box.get(path + '/commands')['items'][0]['open'][0]['error'], why)
        self.until(lambda: box.device('PY-1')['battery'] == 81, 'it has reported')

    def asks(self, headset, app):
        headset.raise_hand('Is that a shark?')
        self.hears(app, 'hand', True, 'Is that a shark?', False)
        headset.unwell()
        self.hears(app, 'hand', True, 'Is that a shark?', True)
        headset.well()
        headset.lower_hand()
        self.hears(app, 'hand', False, '', False)

    def events_arrive_once(self, box, path, wire, headset, app):
        for _ in range(450):  # more than two batches
            headset.event('interaction', target='turtle', data={'text': 'ä€' * 300})
        self.until(lambda: len(headset.events) == 0, 'all are acknowledged')
        self.assertEqual(box.stored_events(path), 450)
        # The box stores what comes, and the headset never hears of it; then the box dies.
        wire.deaf = True
        headset.event('click')
        headset.event('click')
        self.until(lambda: box.stored_events(path) == 452, 'they are stored')
        self.assertEqual(len(headset.events), 2)
        box.post(path + '/resume')
        box.post(path + '/seek', position_ms=100_000)
        sought = time.monotonic()
        box.end(signal.SIGKILL)
        self.hears(app, 'connected', False)
        headset.event('click')
        headset.raise_hand('Where is it?')
        wire.deaf = False
        box.start()
        self.hears(app, 'connected', True)
        self.hears(app, 'hand', True, 'Where is it?', False)
        self.until(lambda: len(headset.events) == 0, 'all are acknowledged')
        self.assertEqual(box.stored_events(path), 453)
        off_ms = headset.position_ms() - 100_000 - (time.monotonic() - sought) * 1000
        self.assertLess(abs(off_ms), 1000)
        self.until(lambda: box.counts(path) == {'done': 1}, 'it has done the newest, and says so')

    def test_a_headset_that_dies_loses_no_event(self):
        box = self.serve()
        token, folder = self.paired(box, 'PY-2'), self.folder()
        path = box.session_of('PY-2')
        box.post(path + '/start')
        wire = self.wire(box)
        script = '''if True:
            import sys
            from lectern_headset import Headset, HeadsetApp
            headset = Headset(sys.argv[1], sys.argv[2], HeadsetApp(), sys.argv[3])
            headset.start()
            for line in sys.stdin:
                headset.event(line.strip())
                print(len(headset.events), flush=True)
        '''
        dying = subprocess.Popen([sys.executable, '-c', script, wire.url, token, folder], cwd=HERE, text=True,
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.until(lambda: box.device('PY-2')['online'], 'it is there')
        wire.deaf = True  # of the first ones the box stores a batch, and the headset doesn't know
        for kind, kept in (('click', 1), ('click', 2)):
            dying.stdin.write(kind + '\n')
            dying.stdin.flush()
            self.assertEqual(int(dying.stdout.readline()), kept)
        self.until(lambda: box.stored_events(path) > 0, 'some are stored')
        dying.stdin.write('click\n')
        dying.stdin.flush()
        dying.stdout.readline()
        dying.kill()
        dying.wait()
        dying.stdout.close()
        dying.stdin.close()
        headset, _ = self.headset(box.url, token, folder)
        self.until(lambda: len(headset.events) == 0, 'the others come with the next start')
        self.assertEqual(box.stored_events(path), 3)

    def test_content_is_fetched_in_pieces_and_checked(self):
        box = self.serve()
        token = self.paired(box, 'PY-3')
        film = MP4 + bytes(range(256)) * 12_000  # three pieces
        content = box.upload('reef.mp4', film)
        wire = self.wire(box)
        wire.cut_at = len(film) // 2
        headset, app = self.headset(wire.url, token)
        self.hears(app, 'connected', True)
        device = box.device('PY-3')['id']
        box.post('/v1/content-fetches', content_ids=[content['id']], device_ids=[device])
        address = f'/v1/content/{content["id"]}/file'
        mine = self.until(lambda: headset.content.find(address), 'it is fetched')
        self.assertLess(wire.carried, len(film) * 1.3, 'it went on where it was, and did not begin again')
        self.assertEqual(mine.read_bytes(), film)
        state = lambda: sorted(one['state'] for one in box.get(f'/v1/content-fetches?device={device}')['items'])
        self.until(lambda: state() == ['whole'], 'and the box knows')

        # What was damaged is thrown away, said so, and fetched when the teacher asks again.
        other = MP4 + film[::-1]
        other_content = box.upload('feer.mp4', other)
        damaged = mine.with_name(hashlib.sha256(other).hexdigest() + '.part')
        damaged.write_bytes(MP4 + b'x' * 1000)
        box.post('/v1/content-fetches', content_ids=[other_content['id']], device_ids=[device])
        self.until(lambda: state() == ['failed', 'whole'], 'the damaged file is no file')
        self.assertFalse(damaged.exists() or damaged.with_suffix('.whole').exists())
        box.post('/v1/content-fetches', content_ids=[other_content['id']], device_ids=[device])
        self.until(lambda: state() == ['whole', 'whole'], 'then it is')
        self.assertEqual(damaged.with_suffix('.whole').read_bytes(), other)

    def test_the_newer_socket_has_the_role_and_the_older_waits(self):
        box = self.serve()
        token = self.paired(box, 'PY-4')
        first, app = self.headset(box.url, token)
        self.hears(app, 'connected', True)
        beside, other = self.headset(box.url, token, role='run')  # another role: both stay
        self.hears(other, 'connected', True)
        self.assertTrue(first.is_connected)
        self.headset(box.url, token)
        self.hears(app, 'connected', False)
        time.sleep(1)
        self.assertFalse(first.is_connected)
        self.assertTrue(beside.is_connected)

    def test_an_error_without_an_eid_is_no_push(self):
        app = Recorded()
        headset = Headset('http://127.0.0.1:1', 'token', app, self.folder())
        headset._hear({'type': None, 'data': {'message': 'The body is not JSON.'}, 'eid': None, 'error': 'BadRequest'}, 0)
        self.assertEqual(app.told, [('log', 'refused: None BadRequest: The body is not JSON.')])
        headset.stop()
        headset.run()  # ends at once, and closes what it has opened

    def test_a_headset_that_waits_for_a_teacher(self):
        box = self.serve()
        mine = Box(box.url)
        token = self.paired(box, 'PY-5')
        code = box.post('/v1/pairing-codes')['code']
        with self.assertRaises(Refused) as refused:
            mine.pair('000000' if code != '000000' else '000001', 'PY-5')
        self.assertEqual(refused.exception.status, 404)
        again = mine.pair(code, 'PY-5', token=token)  # with its token it needs nobody
        self.assertFalse(again.is_waiting)
        self.assertTrue(mine.is_let_in(again.token))
        box.post('/v1/people', role='student', nickname='Grace', pin='2468')
        strange = mine.pair_by_sign_in('PY-7', 'Grace', '2468')  # while pairing by sign-in is closed
        self.assertTrue(strange.is_waiting)
        self.assertFalse(mine.is_let_in(strange.token))
        with self.assertRaises(Unpaired):
            Line(mine, strange.token)

    def test_over_tls_only_the_authority_or_the_pinned_key_is_believed(self):
        folder = self.folder()
        subprocess.run([os.environ['LECTERN'], 'certificate', '--out', folder, '--address', '127.0.0.1'], check=True,
                       stdout=subprocess.DEVNULL)
        box = self.serve('--tls-cert', folder + '/server.pem', '--tls-key', folder + '/server-key.pem',
                         authority=folder + '/authority.pem')
        code = box.post('/v1/pairing-codes')['code']
        with self.assertRaises(OSError):
            Box(box.url).pair(code, 'PY-6')
        trusting = Box(box.url, authority=folder + '/authority.pem')
        token = trusting.pair(code, 'PY-6').token
        _, app = self.headset(trusting, token)
        self.hears(app, 'connected', True)
        import ssl
        certificate = ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate(('127.0.0.1', box.port)))
        key = hashlib.sha256(public_key_of(certificate)).hexdigest()
        pinned = Box(box.url.replace('127.0.0.1', 'localhost'), key=key)
        self.assertTrue(pinned.is_let_in(token))
        self.headset(pinned, token)
        self.hears(app, 'connected', False)  # the newer has its role
        with self.assertRaisesRegex(OSError, 'another box answers'):
            Box(box.url, key='0' * 64).is_let_in(token)

    def test_the_documents_examples_run(self):
        box = self.serve()
        text = (ROOT / 'docs/headset-protocol.md').read_text()
        lines = re.search(r'## Trying it by hand.*?```sh\n(.*?)```', text, re.S)[1].strip().split('\n')
        self.assertEqual(len(lines), 4)
        names = {**os.environ, 'BOX': box.url, 'CODE': box.post('/v1/pairing-codes')['code']}
        answers = []
        for line in lines:
            if answers:
                names['TOKEN'] = answers[0]['token']
            if '/v1/headset/hand ' in line:
                box.post(box.session_of('MINE-1') + '/start')
            out = subprocess.run(['sh', '-ec', line], cwd=ROOT, env=names, capture_output=True, text=True,
                                 timeout=PATIENCE_S, check=True).stdout
            answers.append([json.loads(one) for one in out.strip().split('\n')])
            if len(answers[-1]) == 1:
                answers[-1] = answers[-1][0]
        self.assertEqual(answers[0]['device']['serial_number'], 'MINE-1')
        self.assertEqual(answers[1], {})
        self.assertEqual(answers[2]['question'], 'Is that a shark?')
        self.assertEqual([message['type'] for message in answers[3]], ['welcome', 'clock'])
        self.assertEqual(answers[3][1]['data']['t0'], 1)

    def test_the_readmes_example_is_a_headset(self):
        box = self.serve()
        example = re.search(r'```python\n(.*?)```', (HERE / 'README.md').read_text(), re.S)[1]
        self.assertLessEqual(len(example.splitlines()), 20)
        example = example.replace('http://192.0.2.5:8080', box.url).replace(
            '042137', box.post('/v1/pairing-codes')['code'])
        ran = subprocess.Popen([sys.executable, '-B', '-c', example], cwd=HERE, stdout=subprocess.PIPE, text=True,
                               env={**os.environ, 'HOME': self.folder(), 'PYTHONUNBUFFERED': '1'})
        try:
            self.until(lambda: any(one['serial_number'] == 'ME-0042' and one['online']
                                   for one in box.get('/v1/devices')['items']), 'it is there')
            path = box.session_of('ME-0042')
            box.post(path + '/start')
            self.until(lambda: box.counts(path) == {'done': 1}, 'it plays')
            self.assertRegex(ran.stdout.readline(), 'running')
            self.until(lambda: box.stored_events(path) == 1, 'its event has come')
        finally:
            ran.kill()
            ran.wait()
            ran.stdout.close()


class Fetching(Story):
    def test_an_answer_that_a_newer_list_has_overtaken_does_not_count(self):
        class Silent:
            def say(self, kind, data, answered=None, **more):
                self.answered = answered
        headset = Silent()
        content = Content(headset, self.folder())
        item = {'sha256': 'a' * 64, 'url': '/v1/content/1/file', 'size': 1}
        content.welcome()
        content.wanted({'items': [item]})
        headset.answered(Answer(None, {'items': []}))
        self.assertEqual(list(content._wanted), ['a' * 64])
        content.welcome()
        headset.answered(Answer(None, {'items': []}))
        self.assertEqual(list(content._wanted), [])


class Events(Story):
    def test_what_an_app_that_was_killed_leaves_behind(self):
        folder = pathlib.Path(self.folder())
        killed = EventStore(folder, in_batch=2, boot_id='a')
        for n in range(3):
            killed.add(7, n, 1000, {'n': n})
        sent = killed.next(2000)
        killed.close()
        with open(folder / '2.open', 'a') as file:
            file.write('{"run_id": 7, "fie')  # a line that was being written
        after = EventStore(folder, boot_id='b')
        self.addCleanup(after.close)
        self.assertEqual(len(after), 3)
        again = after.next(9000)
        self.assertEqual(again.data, sent.data)
        after.finished(again)
        rest = after.next(9000).data
        self.assertEqual((rest['boot_id'], rest['number'], [(event['n'], event['at_ms']) for event in rest['events']]),
                         ('b', 1, [(2, 1002)]))  # the time as it was known then
        after.stored([{'boot_id': 'b', 'up_to': 1, 'beyond': []}])
        self.assertEqual((len(after), list(folder.iterdir())), (0, []))

    def test_a_seal_that_was_cut_off_doubles_nothing(self):
        for has_batch in (False, True):
            folder = pathlib.Path(self.folder())
            line = json.dumps({'run_id': 7, 'fields': {'n': 1, 'at_ms': 1}}) + '\n'
            (folder / '4.open').write_text(line * 2)
            (folder / '5.open').write_text(line)
            if has_batch:
                (folder / '4.batch').write_text('{"boot_id": "a", "number": 4, "events": [{"n": 1}]}')
            store = EventStore(folder)
            self.addCleanup(store.close)
            self.assertEqual(len(store), 2, has_batch)

    def test_the_oldest_go_but_not_those_on_their_way(self):
        store = EventStore(self.folder(), most=5, in_batch=2, boot_id='p')
        self.addCleanup(store.close)
        for n in range(3):
            store.add(7, n, 0, {'n': n})
        sent = store.next(0)
        for n in range(3, 9):
            store.add(7, n, 0, {'n': n})
        self.assertEqual((len(store), store.dropped), (5, 4))
        store.finished(sent)
        self.assertEqual([event['n'] for event in store.next(0).data['events']], [6, 7])

    def test_what_cannot_be_kept_is_refused_to_the_app(self):
        store = EventStore(self.folder())
        self.addCleanup(store.close)
        for fault in ({'n': float('nan')}, {'n': object()}, {'n': 'x' * 70_000}):
            with self.assertRaises((ValueError, TypeError)):
                store.add(None, 0, 0, fault)
        self.assertEqual(len(store), 0)


if __name__ == '__main__':
    unittest.main()
