"""A headset of Lectern: one thread that keeps the time, obeys, reports, and comes back when the Wi-Fi goes."""
import json
import pathlib
import queue
import random
import socket
import threading
import time

from . import rules
from .box import Box
from .clock import ServerTime, own_ms
from .events import EventStore
from .lesson import Lesson, kind_of
from .line import Closed, Line, Unpaired

MOST_WAITING = 200
QUICK_CLOCKS = 10
LIMITS = {'unanswered': 64, 'message_bytes': 1 << 20, 'batch_events': 1000, 'picture_bytes': 64 << 10}


class CannotObey(Exception):
    """Raised by the app; a teacher reads the reason."""


class HeadsetApp:
    """The app's part; override what it needs. The headset's thread calls these, so return within milliseconds."""

    def prepare(self, command, at_own_ms):
        """A command has come and will take effect then, by the own clock: load the video, be ready."""

    def obey(self, command):
        """Act now. Returning means done; raising CannotObey means not done, and says why. `headset.playing()`
        already has the lesson's new state."""

    def go_to(self, playing):
        """Go there at once: after a connection, or in another lesson. None: in no lesson."""

    def hold(self, message):
        """Eyes on the teacher: dim, mute and show this until called with None, network or not."""

    def report(self):
        """The fields to send each second: battery, charging, storage_free, app, app_version, skew_ms, gaze."""
        return {}

    def capabilities(self):
        """The orders and pushes that the app obeys, by their names in the protocol."""
        return []

    def connected(self, is_connected, why):
        pass

    def person(self, person):
        """{id, nickname} of who has signed in, or None."""

    def hand(self, hand):
        """{raised, question, unwell}"""

    def pictures(self, plan):
        """{interval_ms, max_bytes, quality, width}: how often pictures may be sent (0: never), and how good."""

    def unpaired(self):
        """The token is no longer valid: forget it, show the pairing screen. The headset has stopped."""

    def heard(self, kind, data):
        """A push that this package does not know, of a newer box."""

    def log(self, text):
        pass


class Answer:
    """`error` is a code of the protocol, "Disconnected" or "Overflow"; None: the box has it on disk."""

    def __init__(self, error, data):
        self.error, self.data = error, data

    @property
    def message(self):
        return self.data.get('message') or self.error or ''


class _Words:
    def __init__(self, kind, data, keep=False, answered=None):
        self.kind, self.data, self.keep, self.answered = kind, data, keep, answered


class Headset:
    """Call run() on a thread of its own, or start(). `folder` is this headset's alone. `role`: "device" for what
    runs all the time, or for an app that does everything; "run" for the app of a lesson beside it."""

    def __init__(self, box, token, app, folder, role='device'):
        self.box = box if isinstance(box, Box) else Box(box)
        self.token, self.app, self.role = token, app, role
        self.time, self.content = ServerTime(), None
        self.events = EventStore(pathlib.Path(folder, 'events'))
        self.limits = LIMITS
        self.welcomes = 0
        self._lesson = Lesson()
        self._inbox = queue.Queue()
        self._wake, self._waker = socket.socketpair()
        self._waker.setblocking(False)
        self._thread = threading.Thread(target=self.run, name='lectern-headset', daemon=True)
        self._is_stopped = False
        self._line, self._is_welcome = None, False
        self._eid, self._said, self._unsaid = 0, {}, []  # not answered, by eid; not said yet
        self._clock_at = self._second_at = 0
        self._quick = 0
        self._held = None

    # --- from any thread ---

    def start(self):
        self._thread.start()

    def stop(self):
        self._is_stopped = True
        self._post(lambda: None)
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join()

    @property
    def is_connected(self):
        return self._is_welcome

    def server_ms(self):
        """Until the box has said the time, this machine's calendar is the best guess there is."""
        return own_ms() + self._offset_ms()

    def playing(self):
        """Where the lesson is, a Playing; None: in no lesson."""
        return self._lesson.playing

    def position_ms(self):
        """Where the lesson is now, or None: compare it with the video twice a second, see rules.rate_for."""
        playing = self._lesson.playing
        return playing and playing.position_ms(self.server_ms())

    def event(self, kind, **fields):
        """Something that the student did: gaze, zone_enter, interaction... with yaw_deg, pitch_deg, target, data.
        When this returns it is on disk; OSError says that the disk does not take it."""
        playing = self._lesson.playing
        place = {'position_ms': int(self.position_ms())} if playing else {}
        self.events.add(playing and playing.run_id, own_ms(), self._offset_ms(), {'kind': kind, **place, **fields})

    def sign_in(self, nickname, pin, answered=None):
        """Not kept for later without a network: the student stands there waiting, and nothing may keep the PIN."""
        self.say('headset.sign_in', {'nickname': nickname, 'pin': pin}, answered=answered)

    def sign_in_by_card(self, card, answered=None):
        self.say('headset.sign_in', {'card': card}, answered=answered)

    def sign_out(self, answered=None):
        self.say('headset.sign_out', {}, keep=True, answered=answered)

    def raise_hand(self, question=''):
        self.say('headset.hand', {'question': question}, keep=True)

    def lower_hand(self):
        self.say('headset.hand_down', {}, keep=True)

    def unwell(self):
        """Fade out first, without waiting for the box."""
        self.say('headset.unwell', {}, keep=True)

    def well(self):
        self.say('headset.well', {}, keep=True)

    def picture(self, jpeg):
        """What the student sees, as `HeadsetApp.pictures` has asked for it. Lost without a network."""
        if len(jpeg) > self.limits['picture_bytes']:
            raise ValueError(f'a picture has at most {self.limits["picture_bytes"]} bytes')
        self._post(lambda: self._line and self._is_welcome and self._line.send_picture(jpeg))

    def say(self, kind, data, keep=False, answered=None):
        """Says any message of the protocol. `keep`: across a break until it is answered, only if it may be said
        twice. `answered(answer)` is called on the headset's thread."""
        if len(json.dumps(data)) + 200 > self.limits['message_bytes']:
            raise ValueError(f'a message has at most {self.limits["message_bytes"]} bytes')
        words = _Words(kind, data, keep, answered)
        self._post(lambda: self._say(words))

    def _post(self, task):
        self._inbox.put(task)
        try:
            self._waker.send(b'.')
        except OSError:
            pass  # full: it wakes anyway

    def _offset_ms(self):
        offset = self.time.offset_ms
        return time.time() * 1000 - own_ms() if offset is None else offset

    # --- the headset's thread ---

    def run(self):
        """Takes part until stop() is called or the token is no longer valid."""
        failures = 0
        try:
            while not self._is_stopped:
                code, before = 0, self.welcomes
                try:
                    self._line = Line(self.box, self.token, self.role, self._wake)
                    self._take_part()
                    why = 'stopped'
                except Unpaired as error:
                    code, why = rules.LOGIN_ENDED, str(error)
                except Closed as closed:
                    code, why = closed.code, str(closed)
                except (OSError, ValueError, KeyError, TypeError) as error:  # of the network; or bytes of no box
                    why = str(error) or repr(error)
                failures = 0 if self.welcomes > before else failures + 1
                self._lose(why)
                then, least_ms = rules.after_close(code)
                if then == rules.PAIR:
                    self._is_stopped = True
                    self.app.unpaired()
                self._wait(max(least_ms, rules.pause_ms(failures, random.random())) / 1000)
        finally:
            self.events.close()
            self._wake.close()
            self._waker.close()

    def _wait(self, seconds):
        """Without a line the lesson goes on: waiting commands take effect at their time."""
        until = time.monotonic() + seconds
        while not self._is_stopped and time.monotonic() < until:
            self._obey()
            try:
                self._inbox.get(timeout=max(0, min(0.01, until - time.monotonic())))()
            except queue.Empty:
                pass

    def _take_part(self):
        while not self._is_stopped:
            while not self._inbox.empty():
                self._inbox.get()()
            self._obey()
            if self._is_welcome:
                self._beat(own_ms())
            text = self._line.read(max(0.0, self._next_ms() - own_ms()) / 1000)
            if text is not None:
                self._hear(json.loads(text), own_ms())

    def _next_ms(self):
        next_ms = own_ms() + 1000
        if self._is_welcome:
            next_ms = min(next_ms, self._clock_at, self._second_at)
        due_ms, held_ms = self._lesson.next_ms(), self._held_until_ms()
        for server_ms in (due_ms, held_ms):
            if server_ms is not None:
                next_ms = min(next_ms, server_ms - self._offset_ms())
        return next_ms

    def _held_until_ms(self):
        eyes = self._held is not None and self._lesson.playing and self._lesson.playing.controls.get('eyes_on_me')
        return eyes['until_ms'] if eyes else None

    def _lose(self, why):
        was_welcome, self._is_welcome = self._is_welcome, False
        if self._line:
            self._line.close()
        self._line = None
        self.events.again()
        unsaid, self._said, self._unsaid = [*self._said.values(), *self._unsaid], {}, []
        for words in unsaid:
            self._say(words)
        if was_welcome:
            self.app.connected(False, why)
        else:
            self.app.log('no connection: ' + why)

    def _beat(self, now_ms):
        """The regular messages: the clock, at first ten times quickly; each second a report and what waits."""
        if now_ms >= self._clock_at:
            self._quick -= 1
            self._clock_at = now_ms + (60 if self._quick > 0 else 1000)
            self._send('clock', {'t0': now_ms})
        if now_ms >= self._second_at:
            self._second_at = now_ms + 1000
            unsaid, self._unsaid = self._unsaid, []
            for words in unsaid:
                self._say(words)
            self.events.sync()
            self._say_events()
            self._report()

    def _report(self):
        if self.time.round_trip_ms is None or len(self._said) >= self.limits['unanswered'] // 2:
            return  # the box is behind: the next one says more
        report = {'round_trip_ms': self.time.round_trip_ms, 'clock_offset_ms': self.time.offset_ms}
        if self._lesson.playing:
            report['position_ms'] = int(self.position_ms())

        def answered(answer):
            if answer.error == 'Invalid':
                self.app.log(f'the report is refused: {answer.data}')
        self._say(_Words('headset.report', {**report, **self.app.report()}, answered=answered))

    def _say_events(self):
        batch = self.events.next(self._offset_ms())
        if batch is None:
            return

        def answered(answer):
            if answer.error == 'Disconnected' or rules.again_after(answer.error):
                self.events.again()
                return
            self.events.finished(batch)
            if answer.error:
                self.app.log(f'{len(batch.data["events"])} events are refused: {answer.data}')
            elif answer.data.get('refused'):
                self.app.log(f'refused: {answer.data["refused"]}')
            self._say_events()
        self._say(_Words('events', batch.data, answered=answered))

    def _say(self, words):
        if self._is_welcome:
            self._said[self._send(words.kind, words.data)] = words
        elif words.keep:
            self._keep(words)
        elif words.answered:
            words.answered(Answer('Disconnected', {}))

    def _keep(self, words):
        self._unsaid.append(words)
        if len(self._unsaid) > MOST_WAITING:
            gone = self._unsaid.pop(0)
            if gone.answered:
                gone.answered(Answer('Overflow', {}))

    def _send(self, kind, data):
        self._eid += 1
        self._line.send(json.dumps({'type': kind, 'data': data, 'eid': str(self._eid)}))
        return str(self._eid)

    def _answer(self, command, state, **more):
        data = {'session_id': command['session_id'], 'number': command['number'], 'state': state, **more}
        self._say(_Words('command.answer', data, keep=True))

    def _hear(self, message, now_ms):
        kind, data = message['type'], message['data']
        error = message['error']
        if message['eid'] is None and error:  # of what had no eid: a picture
            self.app.log(f'refused: {kind} {error}: {(data or {}).get("message", "")}')
            return
        if message['eid'] is None:
            self._hear_push(kind, data, now_ms)
            return
        if kind == 'clock' and error is None:
            self.time.add(data['t0'], data['t1'], now_ms)
        words = self._said.pop(message['eid'], None)
        if words and words.keep and rules.again_after(error):
            self._keep(words)
        elif words and words.answered:
            words.answered(Answer(error, data or {}))

    def _hear_push(self, kind, data, now_ms):
        if kind == 'welcome':
            self._welcome(data, now_ms)
        elif kind == 'state':
            self._adopt(data)
        elif kind == 'command':
            is_news = self._lesson.take_command(data)
            self._answer(data, 'received' if is_news else 'done')
            if is_news:
                self.app.prepare(data, data['at_ms'] - self._offset_ms())
        elif kind == 'person':
            self.app.person(data['person'])
        elif kind == 'hand':
            self.app.hand(data)
        elif kind == 'pictures':
            self.app.pictures(data)
        elif kind == 'content.fetch' and self.content:
            self.content.wanted(data)
        else:
            self.app.heard(kind, data)

    def _welcome(self, data, now_ms):
        self.time.guess(data['server_ms'], now_ms)
        self.limits = {**LIMITS, **data.get('limits', {})}
        self.events.limit(self.limits['batch_events'], self.limits['message_bytes'])
        self.events.stored(data.get('stored', []))
        self._is_welcome = True
        self.welcomes += 1
        self._quick, self._clock_at, self._second_at = QUICK_CLOCKS, now_ms, now_ms + 500  # the time is known then
        if self.app.capabilities():
            self._send('hello', {'capabilities': self.app.capabilities()})
        unsaid, self._unsaid = self._unsaid, []
        for words in unsaid:
            self._say(words)
        self.app.connected(True, '')
        self.app.person(data['person'])
        self.app.hand(data['hand'])
        if self.content:
            self.content.welcome()
        self._adopt(data['session'])

    def _adopt(self, state):
        number = self._lesson.take_state(state)
        if number is not None:
            self._answer({'session_id': state['session_id'], 'number': number}, 'done')
        self.app.go_to(self._lesson.playing)
        self._tell_held()

    def _obey(self):
        for command, is_news, is_expired in self._lesson.obey(self.server_ms()):
            skew_ms = self.server_ms() - command['at_ms']
            if is_news and is_expired:
                self._answer(command, 'failed', skew_ms=skew_ms, error='came after it had expired')
                if kind_of(command['action']) == 'playback':
                    self.app.go_to(self._lesson.playing)
                continue
            try:
                if is_news and kind_of(command['action']) != 'eyes_on_me':
                    self.app.obey(command)
                self._answer(command, 'done', skew_ms=skew_ms)
            except CannotObey as error:
                self._answer(command, 'failed', skew_ms=skew_ms, error=str(error))
            except Exception as error:  # a fault of the app must not cost the connection
                self._answer(command, 'failed', skew_ms=skew_ms, error=f'The app has failed: {error!r}')
                self.app.log(f'{command["action"]} has failed: {error!r}')
        self._tell_held()

    def _tell_held(self):
        playing = self._lesson.playing
        eyes = playing and playing.controls.get('eyes_on_me') if playing and playing.is_held(self.server_ms()) else None
        message = eyes.get('message', '') if eyes else None
        if message != self._held:
            self._held = message
            self.app.hold(message)
