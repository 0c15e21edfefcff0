"""Small rules of the protocol that need no network. clients/vectors holds them against those of other languages."""
import re

AGAIN = ('TooManyRequests', 'Unavailable', 'StorageFull', 'Internal')

PAIR, RECONNECT = 'pair', 'reconnect'
LOGIN_ENDED, REPLACED = 4001, 4009

APPEND, RESTART, LATER, FAILED = 'append', 'restart', 'later', 'failed'


def again_after(error):
    """Whether the box may take the same message later. An error that we don't know counts as final."""
    return error in AGAIN


def after_close(code):
    """What to do after the socket was closed with this code, and how many ms to wait at least."""
    if code == LOGIN_ENDED:
        return PAIR, 0
    return RECONNECT, 30_000 if code == REPLACED else 0


def pause_ms(failures, share):
    """How long to wait after so many failures in a row; `share` is random, from 0 to 1, so that a class
    doesn't come back all at once."""
    return min(2000, 250 * 2 ** min(failures, 10)) * (0.5 + share)


def rate_for(behind_ms):
    """How fast to play a video that is so far behind the lesson; None: seek."""
    if abs(behind_ms) > 80:
        return None
    return 1 + max(-0.03, min(0.03, behind_ms / 1000))


def next_range(size, have, piece_bytes):
    """The Range to ask for when `have` bytes of a file are there; None when all are."""
    if have >= size:
        return None
    return f'bytes={have}-{min(size, have + piece_bytes) - 1}'


def after_answer(status, content_range, have):
    """What to do with the answer to a Range that begins at `have`."""
    if status == 206:
        return APPEND if (content_range or '').startswith(f'bytes {have}-') else LATER
    if status == 200:
        return RESTART
    return LATER if status == 429 or status >= 500 else FAILED


def read_qr(text):
    """What a camera has read: {'box', 'code'} to pair with, {'card'} to sign in with, or None."""
    pairing = re.fullmatch(r'(https?://[^\s?#]+)/index/\?code=([0-9]{6})', text)
    if pairing:
        return {'box': pairing[1], 'code': pairing[2]}
    card = re.fullmatch(r'lectern-card:(\S+)', text)
    return {'card': card[1]} if card else None
