"""The lesson that plays, and the commands that wait for their time. Knows no sockets; all times are server time."""

PLAYBACK = ('play', 'pause', 'resume', 'seek', 'stop')
MOST_WAITING = 200


def kind_of(action):
    """A command is obeyed if it is newer than the last one of its kind: a blink never swallows a play."""
    if action in PLAYBACK:
        return 'playback'
    return 'eyes_on_me' if action == 'release' else action


class Playing:
    """Where the lesson is. Never changes: another one takes its place, so any thread may read it."""

    def __init__(self, session_id, state, position_ms, at_ms, lesson, run_id, controls):
        self.session_id, self.state = session_id, state  # "running", "paused" or "stopped"
        self._position_ms, self._at_ms = position_ms, at_ms
        self.lesson, self.run_id = lesson, run_id
        self.controls = controls  # what is in force: eyes_on_me, launch, volume...

    def position_ms(self, server_ms):
        """A video stays at its end; for other kinds the duration is a plan."""
        moved = max(0, server_ms - self._at_ms) if self.state == 'running' else 0
        position = self._position_ms + moved
        return position if self._end_ms() is None else min(position, self._end_ms())

    def is_finished(self, server_ms):
        """Show the last picture, record no more events, and wait."""
        return self._end_ms() is not None and self.position_ms(server_ms) >= self._end_ms()

    def is_held(self, server_ms):
        """All eyes on the teacher. Ends by itself, network or not."""
        eyes = self.controls.get('eyes_on_me')
        return bool(eyes) and server_ms < eyes['until_ms']

    def launched(self):
        """What was launched in the lesson's place, {kind, content, title?}, or None."""
        return self.controls.get('launch')

    def _end_ms(self):
        lesson = self.lesson or {}
        return lesson.get('duration_ms') if lesson.get('kind') == 'video' else None


class Lesson:
    def __init__(self):
        self.playing = None  # None: in no session
        self._newest, self._waiting = {}, []

    def next_ms(self):
        """When the next command is due, or None."""
        return self._waiting[0]['at_ms'] if self._waiting else None

    def newest(self, kind):
        """The number of the newest command that was obeyed, of its kind."""
        return self._newest.get(kind, 0)

    def take_state(self, state):
        """Goes where the box says the lesson is. Returns the number to answer `done`, if not obeyed yet."""
        self._enter(state and state['session_id'])
        if state is None:
            return None
        number, controls = state['number'], dict(state['controls'])
        if any(kind_of(c['action']) == 'playback' and c['number'] >= number for c in self._waiting):
            before = self.playing  # a waiting command will make this state at its time
            if before:
                self.playing = self._changed(controls=controls)
            return None
        self._waiting = [c for c in self._waiting if kind_of(c['action']) != 'playback']
        self.playing = Playing(state['session_id'], state['state'], state['position_ms'], state['at_ms'],
                               state['lesson'], state['run_id'], controls)
        is_news = number > self.newest('playback')
        self._newest['playback'] = max(number, self.newest('playback'))
        return number if is_news else None

    def take_command(self, command):
        """False if it was obeyed before."""
        self._enter(command['session_id'])
        if command['number'] <= self.newest(kind_of(command['action'])):
            return False
        waiting = [c for c in self._waiting if c['number'] != command['number']] + [command]
        self._waiting = sorted(waiting[-MOST_WAITING:], key=lambda c: (c['at_ms'], c['number']))
        return True

    def obey(self, server_ms):
        """What is due: (command, whether it is news, whether it has expired) for each."""
        due = []
        while self._waiting and self._waiting[0]['at_ms'] <= server_ms:
            command = self._waiting.pop(0)
            kind = kind_of(command['action'])
            is_news = command['number'] > self.newest(kind)
            is_expired = server_ms > command['expires_ms']
            if is_news:
                self._newest[kind] = command['number']
                self._apply(command, kind, is_expired)
            due.append((command, is_news, is_expired))
        return due

    def _enter(self, session_id):
        if session_id != (self.playing.session_id if self.playing else None) or session_id is None:
            self._newest, self._waiting = {}, []
            self.playing = None if session_id is None else Playing(session_id, 'stopped', 0, 0, None, None, {})

    def _changed(self, **changes):
        before = self.playing
        fields = {'session_id': before.session_id, 'state': before.state, 'position_ms': before._position_ms,
                  'at_ms': before._at_ms, 'lesson': before.lesson, 'run_id': before.run_id,
                  'controls': before.controls}
        return Playing(**{**fields, **changes})

    def _apply(self, command, kind, is_expired):
        action, arguments = command['action'], command['arguments']
        controls = dict(self.playing.controls)
        if kind != 'playback':
            if is_expired:
                return
            if action in ('volume', 'brightness'):
                controls[action] = arguments.get('percent')
            else:
                controls[kind] = None if action == 'release' else arguments
            self.playing = self._changed(controls=controls)
            return
        if action == 'play':
            controls['launch'] = None
        elif action == 'stop':
            controls = {}
        states = {'play': 'running', 'resume': 'running', 'pause': 'paused', 'stop': 'stopped'}
        self.playing = self._changed(
            state=states.get(action, self.playing.state), position_ms=command['position_ms'],
            at_ms=command['at_ms'], lesson=command['lesson'] or self.playing.lesson,
            run_id=command.get('run_id') or self.playing.run_id, controls=controls)
