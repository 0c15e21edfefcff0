"""As much of a WebSocket as the protocol needs."""
import base64
import hashlib
import os
import select
import socket
import struct
import time

from .box import PATIENCE_S

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
LARGEST = 1 << 24
NAME = b'258EAFA5-E914-47DA-95CA-C5AB0DC85B11'


class Unpaired(Exception):
    """The token is no longer valid: forget it and pair again."""


class Closed(ConnectionError):
    """The box has closed, and says why."""

    def __init__(self, code, reason):
        super().__init__(f'the box has closed with {code}: {reason}')
        self.code = code


class Line:
    """One thread uses it; `wake`, if given, is a socket whose bytes end a `read` early."""

    def __init__(self, box, token, role=None, wake=None):
        self._wake = wake
        self._bytes, self._parts = b'', b''
        plain = socket.create_connection((box.host, box.port), PATIENCE_S)
        try:
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket = box.secured(plain)
            self._greet(box, token, role)
        except BaseException:
            plain.close()
            raise

    def close(self):
        self._socket.close()

    def fileno(self):
        """For select."""
        return self._socket.fileno()

    def send(self, text):
        self._send(TEXT, text.encode())

    def send_picture(self, jpeg):
        self._send(BINARY, b'\x01' + jpeg)

    def read(self, patience_s):
        """The next text, or None when there is none in that time or somebody wakes."""
        until = time.monotonic() + patience_s
        while True:
            frame = self._frame()
            if frame is None:
                if not self._wait(max(0.0, until - time.monotonic())):
                    return None
                self._receive()
                continue
            final, kind, payload = frame
            if kind == CLOSE:
                raise Closed(int.from_bytes(payload[:2], 'big') or 1005, payload[2:].decode(errors='replace'))
            if kind == PING:
                self._send(PONG, payload)  # at once, or the teacher sees a headset that is gone
            if kind <= BINARY:
                self._parts += payload
                if final:
                    whole, self._parts = self._parts, b''
                    return whole.decode(errors='replace')

    def _wait(self, patience_s):
        if getattr(self._socket, 'pending', lambda: 0)():
            return True
        ready = select.select([self._socket] + ([self._wake] if self._wake else []), [], [], patience_s)[0]
        if self._wake in ready:
            self._wake.recv(4096)
        return self._socket in ready

    def _greet(self, box, token, role):
        key = base64.b64encode(os.urandom(16))
        self._socket.sendall((
            f'GET {box.path}/v1/live{"?role=" + role if role else ""} HTTP/1.1\r\nHost: {box.authority}\r\nUpgrade: websocket\r\n'
            f'Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key.decode()}\r\n'
            f'Authorization: Bearer {token}\r\n\r\n').encode())
        while b'\r\n\r\n' not in self._bytes:
            if len(self._bytes) > 16384:
                raise ConnectionError('this is no box')
            self._receive()
        head, self._bytes = self._bytes.split(b'\r\n\r\n', 1)
        first, *lines = head.split(b'\r\n')
        words = first.split(b' ')
        status = int(words[1]) if len(words) > 1 and words[1].isdigit() else 0
        if status == 401:
            raise Unpaired('the token is no longer valid: pair again')
        if status != 101:
            raise ConnectionError(f'the box answers {status}')
        fields = dict(line.lower().partition(b':')[::2] for line in lines)
        proof = base64.b64encode(hashlib.sha1(key + NAME).digest())
        if fields.get(b'sec-websocket-accept', b'').strip() != proof.lower():
            raise ConnectionError('something between here and the box answers in its place')

    def _receive(self):
        more = self._socket.recv(65536)
        if not more:
            raise ConnectionError('the box has hung up')
        self._bytes += more

    def _send(self, kind, payload):
        size = len(payload)
        if size < 126:
            head = bytes([0x80 | kind, 0x80 | size])
        elif size < 65536:
            head = bytes([0x80 | kind, 0x80 | 126]) + struct.pack('>H', size)
        else:
            head = bytes([0x80 | kind, 0x80 | 127]) + struct.pack('>Q', size)
        mask = os.urandom(4)
        stream = int.from_bytes((mask * (size // 4 + 1))[:size], 'big')
        masked = (int.from_bytes(payload, 'big') ^ stream).to_bytes(size, 'big')
        self._socket.sendall(head + mask + masked)

    def _frame(self):
        data = self._bytes
        if len(data) < 2:
            return None
        size, start = data[1] & 127, 2
        if size > 125:
            start = 4 if size == 126 else 10
            if len(data) < start:
                return None
            size = int.from_bytes(data[2:start], 'big')
        if size + len(self._parts) > LARGEST:
            raise ConnectionError(f'a message of {size} bytes is too large')
        if len(data) < start + size:
            return None
        self._bytes = data[start + size:]
        return bool(data[0] & 128), data[0] & 15, data[start:start + size]
