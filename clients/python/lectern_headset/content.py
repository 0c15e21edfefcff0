"""Videos and apps that the teacher has headsets fetch beforehand.

One after the other, in pieces, going on where a break left it, and checked by SHA-256. In its folder:

    SHA256.part    what has arrived
    SHA256.whole   complete and checked
    names.json     which address was which file
"""
import hashlib
import json
import os
import pathlib
import re
import shutil
import threading
import time

from . import rules
from .box import Refused

KEPT_FREE = 64 << 20
MOST_PIECE = 1 << 20
MOST_WANTED = 1000
AGAIN_S = 1


class Content:
    """`headset` carries the reports, and hands on what is wanted. `folder` is this headset's alone."""

    def __init__(self, headset, folder):
        self._headset, self._folder = headset, pathlib.Path(folder)
        self._folder.mkdir(parents=True, exist_ok=True)
        self._wanted, self._piece_bytes = {}, MOST_PIECE  # items by SHA-256, in the box's order
        self._news = threading.Condition()
        self._is_stopped = False
        self._report_at = 0
        self._lists = 0  # so many have come
        try:
            self._names = json.loads((self._folder / 'names.json').read_text('utf-8'))
        except (OSError, ValueError):
            self._names = {}  # the next content.fetch names everything again
        self._thread = threading.Thread(target=self._live, name='lectern-content', daemon=True)
        headset.content = self

    def start(self):
        self._thread.start()

    def stop(self):
        with self._news:
            self._is_stopped = True
            self._news.notify_all()
        self._thread.join()

    def find(self, address):
        """The whole file of this address, as a lesson's `content` names it, or None."""
        with self._news:
            sha256 = self._names.get(address)
        path = self._folder / f'{sha256}.whole'
        return path if sha256 and path.exists() else None

    def welcome(self):
        """Tells the box all that is here. It answers what to fetch."""
        items = [{'sha256': path.stem, 'state': 'whole', 'received_bytes': path.stat().st_size}
                 for path in self._folder.glob('*.whole')]

        before = self._lists

        def answered(answer):
            # A list that came meanwhile is newer than the answer, which may have been made before it.
            if not answer.error and self._lists == before:
                self.wanted(answer.data)
        self._headset.say('content.report', {'items': items, 'complete': True}, answered=answered)

    def wanted(self, data):
        """What `content.fetch` says. Replaces what was wanted before."""
        with self._news:
            self._lists += 1
            self._piece_bytes = max(1, min(MOST_PIECE, data.get('piece_bytes', MOST_PIECE)))
            items = [item for item in data.get('items', []) if re.fullmatch('[0-9a-f]{64}', item['sha256'])]
            self._wanted = {item['sha256']: item for item in items[:MOST_WANTED]}
            self._names.update({item['url']: item['sha256'] for item in items})
            beside = self._folder / 'names.new'
            beside.write_text(json.dumps(self._names), 'utf-8')
            os.replace(beside, self._folder / 'names.json')
            self._news.notify_all()

    def _live(self):
        while True:
            with self._news:
                self._news.wait_for(lambda: self._is_stopped or self._wanted)
                if self._is_stopped:
                    return
                item = next(iter(self._wanted.values()))
            again_s = self._fetch(item)
            with self._news:
                if again_s == 0:
                    if self._wanted.get(item['sha256']) is item:
                        del self._wanted[item['sha256']]
                elif not self._is_stopped:
                    self._news.wait(again_s)

    def _is_wanted(self, item):
        with self._news:
            return not self._is_stopped and self._wanted.get(item['sha256']) is item

    def _fetch(self, item):
        """In how many seconds to try it again; 0: it has ended, well or not."""
        part = self._folder / f'{item["sha256"]}.part'
        try:
            if part.with_suffix('.whole').exists():
                return self._end(item, 'whole', item['size'])
            part.touch()
            if part.stat().st_size > item['size']:
                part.write_bytes(b'')
            if not self._make_room(item['size'] - part.stat().st_size):
                return self._end(item, 'failed', part.stat().st_size, 'no space left')
            while asked := rules.next_range(item['size'], part.stat().st_size, self._piece_bytes):
                if not self._is_wanted(item):
                    return 0.001  # perhaps wanted again by another name
                if not self._fetch_piece(item, part, asked):
                    return AGAIN_S
                self._report(item, part.stat().st_size)
            return self._check(item, part)
        except Refused as refused:
            if rules.after_answer(refused.status, None, 0) == rules.LATER:
                return AGAIN_S
            return self._end(item, 'failed', part.stat().st_size, str(refused))
        except OSError:
            return AGAIN_S  # the Wi-Fi: what has come is on disk

    def _fetch_piece(self, item, part, asked):
        have = part.stat().st_size
        with self._headset.box.open('GET', item['url'], self._headset.token, headers={
                'Range': asked, 'Accept-Encoding': 'identity'}) as answer:
            then = rules.after_answer(answer.status, answer.headers.get('Content-Range'), have)
            if then not in (rules.APPEND, rules.RESTART):
                return False
            with open(part, 'wb' if then == rules.RESTART else 'ab') as file:
                while some := answer.read(65536):
                    file.write(some)
                    if file.tell() > item['size']:
                        raise OSError('the box sends more than there is')
        return part.stat().st_size > have or then == rules.RESTART

    def _check(self, item, part):
        sum_of_all = hashlib.sha256()
        with open(part, 'rb') as file:
            while some := file.read(1 << 20):
                sum_of_all.update(some)
            os.fsync(file.fileno())
        if sum_of_all.hexdigest() != item['sha256']:
            part.unlink()
            return self._end(item, 'failed', 0, 'the SHA-256 is another one')
        os.replace(part, part.with_suffix('.whole'))
        return self._end(item, 'whole', item['size'])

    def _make_room(self, size):
        """Deletes the oldest files that nobody wants now, until there is room."""
        old = sorted(self._folder.glob('*.whole'), key=lambda path: path.stat().st_mtime)
        while shutil.disk_usage(self._folder).free < size + KEPT_FREE:
            gone = next((path for path in old if path.stem not in self._wanted), None)
            if gone is None:
                return False
            old.remove(gone)
            gone.unlink()
        return True

    def _end(self, item, state, received, error=None):
        self._say({'sha256': item['sha256'], 'state': state, 'received_bytes': received,
                   **({'error': error} if error else {})})
        return 0

    def _report(self, item, received):
        if time.monotonic() >= self._report_at and received < item['size']:
            self._report_at = time.monotonic() + 1
            self._say({'sha256': item['sha256'], 'state': 'fetching', 'received_bytes': received})

    def _say(self, item):
        self._headset.say('content.report', {'items': [item]}, keep=True)
