"""Keeps what the student did on disk until the box has it.

In its folder:

    NUMBER.open    events as they come, one JSON object a line; at most one such file
    NUMBER.batch   a sealed batch, as it is sent; it goes when the box has answered

A sealed batch never changes: sent twice under one identity it is stored once. Its identity is something random
for each start of the app, and a number that counts the batches of that start. One is on its way at a time. When
more than `most` events are kept, the oldest batch goes, though not the one on its way.
"""
import json
import os
import pathlib
import re
import threading
import uuid

LARGEST_EVENT, LARGEST_BATCH = 64 << 10, 512 << 10  # bytes


class Batch:
    def __init__(self, place, data):
        self.place, self.data = place, data  # the number of its file; what is sent
        self.boot_id, self.number = data['boot_id'], data['number']


class EventStore:
    def __init__(self, folder, most=5000, in_batch=200, boot_id=None):
        self._folder, self._most, self._in_batch = pathlib.Path(folder), most, in_batch
        self._boot_id = boot_id or uuid.uuid4().hex
        self._number = 0  # of this start's newest batch
        self._sealed = {}  # how many events, by the number of its file; the oldest first
        self._open, self._open_bytes, self._open_file = [], 0, None
        self._sent, self._is_said = None, False
        self._lock = threading.RLock()
        self.dropped = 0
        self._folder.mkdir(parents=True, exist_ok=True)
        self._load()

    def __len__(self):
        with self._lock:
            return len(self._open) + sum(self._sealed.values())

    def limit(self, batch_events, message_bytes):
        """What the box takes in one batch."""
        with self._lock:
            self._in_batch = max(1, min(self._in_batch, batch_events))
            self._largest = max(1024, min(LARGEST_BATCH, message_bytes // 2))

    def add(self, run_id, own_ms, offset_ms, fields):
        """When this returns, the system has the event, so it outlives the app; `sync` makes it outlive a dead
        battery. `offset_ms` is the best guess so far, in case the app ends before the event is sent."""
        kept = {**fields, 'at_ms': round(own_ms + offset_ms), 'sent_ms': own_ms}
        line = json.dumps({'run_id': run_id, 'fields': kept}, allow_nan=False).encode() + b'\n'
        if len(line) > LARGEST_EVENT:
            raise ValueError('an event has at most 64 KiB')
        with self._lock:
            if self._open and self._open_bytes + len(line) > self._largest:
                self._seal(offset_ms)
            if self._open_file is None:
                self._open_file = open(self._path(self._place, 'open'), 'ab', buffering=0)
            self._open_file.write(line)
            self._open.append((run_id, own_ms, kept))
            self._open_bytes += len(line)
            self._drop_oldest()

    def sync(self):
        with self._lock:
            if self._open_file:
                os.fsync(self._open_file.fileno())

    def next(self, offset_ms):
        """The batch to send now, or None: nothing is kept, or one is on its way. The times of its events are
        settled here: while there was no connection, the offset may have been unknown."""
        with self._lock:
            if self._sent is None and not self._sealed and self._open:
                self._seal(offset_ms)
            if self._sent is None:
                self._sent, self._is_said = self._read_oldest(), False
            if self._sent is None or self._is_said:
                return None
            self._is_said = True
            return self._sent

    def finished(self, batch):
        """The box has it, or will never take it."""
        with self._lock:
            if self._sent is batch:
                self._remove(batch.place)

    def again(self):
        """It may not have arrived, or the box can't take it now."""
        with self._lock:
            self._is_said = False

    def stored(self, starts):
        """What the welcome says: [{boot_id, up_to, beyond}]. None of that is sent again."""
        known = {start['boot_id']: start for start in starts}
        with self._lock:
            for place in list(self._sealed):
                batch = self._read(place)
                start = known.get(batch.boot_id) if batch else None
                if start and (batch.number <= start['up_to'] or batch.number in start['beyond']):
                    self._remove(place)

    def close(self):
        with self._lock:
            if self._open_file:
                self._open_file.close()
                self._open_file = None

    # --- with the lock held ---

    _largest = LARGEST_BATCH

    def _path(self, place, kind):
        return self._folder / f'{place}.{kind}'

    def _seal(self, offset_ms):
        """Seals the oldest events of one run; the others stay open."""
        run_id = self._open[0][0]
        size = 0
        while size < min(len(self._open), self._in_batch) and self._open[size][0] == run_id:
            size += 1
        events = []
        for _, own_ms, fields in self._open[:size]:
            events.append(fields if own_ms is None else {**fields, 'at_ms': round(own_ms + offset_ms)})
        rest = self._open[size:]
        batch = {'boot_id': self._boot_id, 'number': self._number + 1, 'events': events}
        if run_id is not None:
            batch['run_id'] = run_id
        # The rest first under the next number, then the batch, then the old lines go. After a power cut in
        # between both are there, and _load knows which of them count.
        self.close()
        if rest:
            lines = [json.dumps({'run_id': run, 'fields': fields}) + '\n' for run, _, fields in rest]
            self._write(self._path(self._place + 1, 'open'), ''.join(lines))
        self._write(self._path(self._place, 'batch'), json.dumps(batch))
        self._path(self._place, 'open').unlink()
        self._sealed[self._place] = size
        self._place += 1
        self._number += 1
        self._open = rest
        self._open_bytes = self._path(self._place, 'open').stat().st_size if rest else 0

    @staticmethod
    def _write(path, text):
        beside = path.with_suffix('.new')
        with open(beside, 'w', encoding='utf-8') as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)

    def _remove(self, place):
        self._path(place, 'batch').unlink()
        del self._sealed[place]
        if self._sent and self._sent.place == place:
            self._sent = None

    def _drop_oldest(self):
        while len(self) > self._most:
            oldest = next((place for place in self._sealed if not self._sent or self._sent.place != place), None)
            if oldest is None and len(self._open) <= 1:
                return
            if oldest is None:
                self._seal(0)  # it is dropped next: its times don't matter
            else:
                self.dropped += self._sealed[oldest]
                self._remove(oldest)

    def _read(self, place):
        try:
            return Batch(place, json.loads(self._path(place, 'batch').read_text('utf-8')))
        except (ValueError, KeyError, TypeError):
            return None  # damaged by the disk

    def _read_oldest(self):
        for place in list(self._sealed):
            batch = self._read(place)
            if batch:
                return batch
            self.dropped += self._sealed[place]  # nobody can read it any more
            self._remove(place)
        return None

    def _numbers(self, kind):
        found = [re.fullmatch(rf'([0-9]+)\.{kind}', path.name) for path in self._folder.iterdir()]
        return sorted(int(one[1]) for one in found if one)

    def _load(self):
        for place in self._numbers('batch'):
            batch = self._read(place)
            self._sealed[place] = len(batch.data['events']) if batch else 0
        self._place = max(self._sealed, default=0) + 1
        for path in self._folder.glob('*.new'):
            path.unlink()
        # Of a seal that was cut off before its batch was written, the newer lines are copies of the older ones.
        is_first = True
        for place in self._numbers('open'):
            if place in self._sealed or not is_first:
                self._path(place, 'open').unlink()
            else:
                is_first = False
                self._place = max(self._place, place)
                self._read_lines(place)

    def _read_lines(self, place):
        whole = self._path(place, 'open').read_bytes()
        end = whole.rfind(b'\n') + 1  # a line without its end was being written
        for line in whole[:end].splitlines():
            try:
                read = json.loads(line)
                # The own clock has started again since, so its times mean nothing any more.
                self._open.append((read['run_id'], None, read['fields']))
            except (ValueError, KeyError, TypeError):
                self.dropped += 1
        self._open_bytes = end
        if end < len(whole):
            self._write(self._path(place, 'open'), whole[:end].decode())
