"""The vectors that the clients of all languages share: clients/vectors. A file that nothing here runs is a fault."""
import json
import pathlib
import tempfile
import unittest

from lectern_headset import rules
from lectern_headset.clock import ServerTime
from lectern_headset.events import EventStore
from lectern_headset.lesson import Lesson

VECTORS = pathlib.Path(__file__).resolve().parents[1] / 'vectors'


def vector(name):
    return json.loads((VECTORS / f'{name}.json').read_text())


class Vectors(unittest.TestCase):
    def test_every_file_is_run(self):
        for path in VECTORS.iterdir():
            self.assertTrue(hasattr(self, 'test_' + path.stem), path.name)
            self.assertTrue(vector(path.stem)['cases'], path.name)

    def test_clock(self):
        for case in vector('clock')['cases']:
            with self.subTest(case['name']):
                time = ServerTime()
                if 'welcome' in case:
                    time.guess(case['welcome']['server_ms'], case['welcome']['own_ms'])
                for *count, t0, t1, t2 in case['trips']:
                    for _ in range(*(count or [1])):
                        time.add(t0, t1, t2)
                for name in ('offset_ms', 'round_trip_ms'):
                    found, wanted = getattr(time, name), case[name]
                    self.assertEqual(found is None, wanted is None, name)
                    if wanted is not None:
                        self.assertAlmostEqual(found, wanted, delta=0.001, msg=name)

    def test_transport(self):
        self.lessons('transport')

    def test_controls(self):
        self.lessons('controls')

    def test_resume(self):
        self.lessons('resume')

    def lessons(self, name):
        defaults = vector(name)['defaults']
        for case in vector(name)['cases']:
            lesson = Lesson()
            for step in case['steps']:
                with self.subTest(case['name'], step=step):
                    self.step(lesson, step, defaults)

    def step(self, lesson, step, defaults):
        if 'command' in step:
            is_news = lesson.take_command({**defaults['command'], **step['command']})
            self.assertEqual(is_news, step.get('is_new', is_news))
        elif 'obey_ms' in step:
            done, failed = [], []
            for command, is_news, is_expired in lesson.obey(step['obey_ms']):
                (failed if is_news and is_expired else done).append(command['number'])
            self.assertEqual((done, failed), (step['done'], step.get('failed', [])))
        elif 'at_ms' in step:
            self.holds(lesson.playing, step)
        else:
            state = step['state'] and {**defaults['state'], **step['state']}
            self.assertEqual(lesson.take_state(state), step['answer'])

    def holds(self, playing, step):
        at_ms = step['at_ms']
        found = {'session_id': playing and playing.session_id, 'is_held': bool(playing) and playing.is_held(at_ms),
                 'launched': (playing and playing.launched() or {}).get('content')}
        if playing:
            found.update(state=playing.state, run_id=playing.run_id, position_ms=playing.position_ms(at_ms),
                         is_finished=playing.is_finished(at_ms))
        for name in step.keys() - {'at_ms'}:
            self.assertEqual(found[name], step[name], name)

    def test_reconnecting(self):
        for case in vector('reconnecting')['cases']:
            self.assertEqual(rules.pause_ms(case['failures'], case['share']), case['pause_ms'], case)

    def test_drift(self):
        for case in vector('drift')['cases']:
            rate = rules.rate_for(case['behind_ms'])
            self.assertEqual(rate and round(rate, 9), case['rate'], case)

    def test_refusals(self):
        for case in vector('refusals')['cases']:
            self.assertEqual(rules.again_after(case['error']), case['again'], case)

    def test_close_codes(self):
        for case in vector('close_codes')['cases']:
            self.assertEqual(rules.after_close(case['code']), (case['then'], case['least_pause_ms']), case)

    def store(self, **more):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        store = EventStore(folder.name, **more)
        self.addCleanup(store.close)
        return store

    def batches_of(self, store, offset_ms=0):
        batches = []
        while batch := store.next(offset_ms):
            batches.append(batch.data)
            store.finished(batch)
        return batches

    def test_batches(self):
        for case in vector('batches')['cases']:
            with self.subTest(case['name']):
                store = self.store(boot_id=case['boot_id'])
                for sent_ms, run_id in case['events']:
                    store.add(run_id, sent_ms, 0, {'kind': 'gaze'})
                found = [{'boot_id': batch['boot_id'], 'number': batch['number'], 'run_id': batch.get('run_id'),
                          'at_ms': [event['at_ms'] for event in batch['events']]}
                         for batch in self.batches_of(store, case['offset_ms'])]
                self.assertEqual(found, case['batches'])

    def test_stored(self):
        for case in vector('stored')['cases']:
            with self.subTest(case['name']), tempfile.TemporaryDirectory() as folder:
                for place, (boot_id, number) in enumerate(case['kept'], 1):
                    pathlib.Path(folder, f'{place}.batch').write_text(
                        json.dumps({'boot_id': boot_id, 'number': number, 'events': [{'kind': 'gaze'}]}))
                store = EventStore(folder)
                store.stored(case['stored'])
                left = [[batch['boot_id'], batch['number']] for batch in self.batches_of(store)]
                self.assertEqual(left, case['left'])

    def test_ranges(self):
        for case in vector('ranges')['cases']:
            self.assertEqual(rules.next_range(case['size'], case['have'], case['piece_bytes']), case['ask'], case)
        for case in vector('ranges')['answers']:
            then = rules.after_answer(case['status'], case['content_range'], case['have'])
            self.assertEqual(then, case['then'], case)

    def test_qr(self):
        for case in vector('qr')['cases']:
            read = rules.read_qr(case['text']) or {}
            self.assertEqual({name: read.get(name) for name in ('box', 'code', 'card')},
                             {name: case[name] for name in ('box', 'code', 'card')}, case['text'])


if __name__ == '__main__':
    unittest.main()
