"""A headset on a console.

    python3 -m lectern_headset pair BOX CODE SERIAL       prints the token of a headset that is paired now
    python3 -m lectern_headset run BOX TOKEN [FOLDER]     takes part, and says what happens
    python3 -m lectern_headset talk BOX TOKEN             sends lines of standard input, prints what comes

BOX is http://192.0.2.5:8080. FOLDER keeps events and content; by default a folder that goes at the end.
"""
import select
import sys
import tempfile

from . import Box, Content, Headset, HeadsetApp, Line


class Console(HeadsetApp):
    def __init__(self):
        self.headset = None

    def obey(self, command):
        print(f'{command["action"]} {command["number"]}', flush=True)

    def go_to(self, playing):
        print('in no lesson' if playing is None else f'in the lesson, {playing.state}', flush=True)

    def hold(self, message):
        print('free' if message is None else f'held: {message}', flush=True)

    def connected(self, is_connected, why):
        print('connected' if is_connected else f'gone: {why}', flush=True)

    def unpaired(self):
        print('unpaired', flush=True)

    def log(self, text):
        print(text, flush=True)

    def report(self):
        return {'battery': 100, 'charging': True, 'app': 'lectern_headset', 'app_version': '1'}


def run(address, token, folder=None):
    with tempfile.TemporaryDirectory() as other:
        headset = Headset(Box(address), token, Console(), folder or other)
        content = Content(headset, f'{folder or other}/content')
        content.start()
        try:
            headset.run()
        finally:
            content.stop()


def talk(address, token):
    line = Line(Box(address), token)
    heard = True
    while heard:
        ready, _, _ = select.select([sys.stdin, line], [], [])
        if sys.stdin in ready:
            said = sys.stdin.readline()
            if said:
                line.send(said.strip())
            else:  # what was asked is still answered
                heard = False
        while (text := line.read(0.05 if heard else 1)) is not None:
            print(text, flush=True)
    line.close()


def main(words):
    if words[:1] == ['pair'] and len(words) == 4:
        print(Box(words[1]).pair(words[2], words[3], model='Python').token)
    elif words[:1] == ['run'] and len(words) in (3, 4):
        run(*words[1:])
    elif words[:1] == ['talk'] and len(words) == 3:
        talk(words[1], words[2])
    else:
        sys.exit(__doc__)


if __name__ == '__main__':
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        pass
