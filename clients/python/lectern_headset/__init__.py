"""A headset of Lectern, the server of a VR classroom, with only the standard library.

README.md has an example; docs/headset-protocol.md of Lectern, and /help of every box, have the rules.
"""
from .box import Box, Pairing, Refused
from .content import Content
from .headset import Answer, CannotObey, Headset, HeadsetApp
from .lesson import Playing
from .line import Closed, Line, Unpaired
from .rules import rate_for, read_qr

__version__ = '0.1.0'
__all__ = ['Answer', 'Box', 'CannotObey', 'Closed', 'Content', 'Headset', 'HeadsetApp', 'Line', 'Pairing', 'Playing',
           'Refused', 'Unpaired', 'rate_for', 'read_qr']
