"""The box over HTTP: pairing, calls, and whom to believe behind https://."""
import hashlib
import http.client
import json
import ssl
import urllib.parse

PATIENCE_S = 10
LARGEST_ANSWER = 1 << 20


class Refused(Exception):
    """The box has answered no. `status` is that of HTTP."""

    def __init__(self, status, detail):
        super().__init__(f'{status} {detail}'.strip())
        self.status, self.detail = status, detail


class Pairing:
    """`token` is good at once; while `is_waiting`, from the moment when a teacher lets the headset in."""

    def __init__(self, token, is_waiting):
        self.token, self.is_waiting = token, is_waiting


class _Call(http.client.HTTPConnection):
    """One call to the box, or, where `box` is None, to another server. Follows no redirect."""

    def __init__(self, url, box):
        self._url, self._box = url, box
        self.default_port = 443 if url.scheme == 'https' else 80
        super().__init__(url.hostname, url.port, timeout=PATIENCE_S)

    def connect(self):
        super().connect()
        if self._box:
            self.sock = self._box.secured(self.sock)
        elif self._url.scheme == 'https':
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)


def public_key_of(certificate):
    """The public key in a certificate (DER), found by its place: X.509 has it seventh, the version included."""
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


class Box:
    """Where the box is: http://192.0.2.5:8080 or https://... Behind https believe a public authority, or the one in
    the PEM file `authority`, or, under any name, the box whose public key has this SHA-256 (`key`, 64 digits)."""

    def __init__(self, address, authority=None, key=None):
        self.address = address.rstrip('/')
        url = urllib.parse.urlsplit(self.address)
        if url.scheme not in ('http', 'https') or not url.hostname:
            raise ValueError(f'{address} names no box: expected http://HOST:PORT or https://HOST:PORT')
        self.is_secure = url.scheme == 'https'
        self.host, self.port = url.hostname, url.port or (443 if self.is_secure else 80)
        self.authority, self.path = url.netloc, url.path
        self._key = key
        self._context = ssl.create_default_context(cafile=authority) if self.is_secure else None
        if self.is_secure and key:
            self._context.check_hostname = False
            self._context.verify_mode = ssl.CERT_NONE  # secured() looks at the key instead

    def pair(self, code, serial_number, model='', name='', token=None):
        """By the six digits that the teacher's page shows. `token`: the one it had, when it pairs again."""
        body = {'code': code, 'serial_number': serial_number, 'model': model, 'name': name}
        return self._pairing('/v1/pairings', {key: value for key, value in body.items() if value}, token)

    def pair_by_sign_in(self, serial_number, nickname, pin, model=''):
        """By the sign-in of its student."""
        body = {'serial_number': serial_number, 'nickname': nickname, 'pin': pin}
        return self._pairing('/v1/pairings/sign-in', {**body, **({'model': model} if model else {})}, None)

    def is_let_in(self, token):
        """Whether the token of a pairing that waits is good by now."""
        try:
            self.call('GET', '/v1/logins/current', token=token)
            return True
        except Refused as refused:
            if refused.status == 401:
                return False
            raise

    def call(self, method, path, body=None, token=None):
        """One call with JSON. Returns the answer; raises Refused, or OSError where no box answers."""
        data = None if body is None else json.dumps(body).encode()
        with self.open(method, path, token, data, {'Content-Type': 'application/json'} if data else {}) as answer:
            return json.loads(answer.read(LARGEST_ANSWER) or b'null')

    def open(self, method, address, token=None, data=None, headers=None):
        """The open answer to a call to this path or address. The token goes to this box alone."""
        target = address if '://' in address else self.address + address
        url = urllib.parse.urlsplit(target)
        if url.scheme not in ('http', 'https') or not url.hostname:
            raise ValueError(f'this is no address of HTTP: {address}')
        is_own = (url.scheme == 'https', url.netloc) == (self.is_secure, self.authority)
        line = _Call(url, self if is_own else None)
        asked = {'Connection': 'close', **(headers or {}), **({'Authorization': 'Bearer ' + token} if is_own and token else {})}
        try:
            line.request(method, url.path + ('?' + url.query if url.query else ''), data, asked)
            answer = line.getresponse()
            if answer.status // 100 != 2:
                with answer:
                    raise Refused(answer.status, _detail(answer))
            return answer
        except http.client.HTTPException as error:
            line.close()
            raise OSError(f'this is no HTTP: {error!r}') from None
        except BaseException:
            line.close()
            raise

    def secured(self, plain):
        """The socket behind TLS, where the box has it."""
        if not self.is_secure:
            return plain
        secure = self._context.wrap_socket(plain, server_hostname=self.host)
        if self._key:
            found = hashlib.sha256(public_key_of(secure.getpeercert(True))).hexdigest()
            if found != self._key:
                secure.close()
                raise ssl.SSLError('another box answers: its key is ' + found)
        return secure

    def _pairing(self, path, body, token):
        answer = self.call('POST', path, body, token)
        return Pairing(answer['token'], bool(answer.get('waiting')))


def _detail(answer):
    try:
        return str(json.loads(answer.read(LARGEST_ANSWER)).get('detail', ''))
    except (ValueError, AttributeError):
        return ''
